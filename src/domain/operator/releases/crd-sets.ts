/**
 * The distinct sets of CustomResourceDefinitions that kubeflow/spark-operator ever tagged, by identity of their schemas
 * (`schema/identity.ts`). Most releases share one with their neighbours.
 *
 * A new set is new rows: one in SOURCES, one for each kind in SCHEMAS. Name it after the first release that has it, or
 * `chart-…` where only charts do, `…-manifest` where only `manifest/` does. The identities are those of the definitions
 * at the place named, read by `readCrd` and hashed by `schemaIdentity`.
 */
import type { SchemaIdentity } from '../schema/identity.ts'

export interface CrdSet {
  name: string
  /** By kind: the version of its objects, and the identity of its schema. */
  kinds: ReadonlyMap<string, { version: string; identity: SchemaIdentity }>
  /** Tag, and the directory in it. */
  source: string
}

const APP = 'SparkApplication'
const SCHED = 'ScheduledSparkApplication'
const CONNECT = 'SparkConnect'
const CHART = 'charts/spark-operator-chart/crds'

/** Set, tag, directory. */
const SOURCES: readonly (readonly [set: string, tag: string, directory: string])[] = [
  ['0.5.0', 'v1alpha1-0.5-2.4.0', 'manifest'],
  ['0.7.1', 'v1beta1-0.7.1-2.4.0', 'manifest'],
  ['0.8.2', 'v1beta1-0.8.2-2.4.0', 'manifest'],
  ['1.0.0', 'v1beta2-1.0.0-2.4.4', 'manifest'],
  ['1.0.1', 'v1beta2-1.0.1-2.4.4', 'manifest'],
  ['1.1.0', 'v1beta2-1.1.0-2.4.5', 'manifest'],
  ['1.1.2', 'v1beta2-1.1.2-2.4.5', 'manifest'],
  ['1.2.0', 'v1beta2-1.2.0-3.0.0', 'manifest'],
  ['1.2.1', 'v1beta2-1.2.1-3.0.0', 'manifest'],
  ['chart-1.0.1', 'spark-operator-1.0.1', CHART],
  ['1.2.2-manifest', 'spark-operator-chart-1.0.4', 'manifest'],
  ['1.2.2', 'spark-operator-chart-1.0.5', CHART],
  ['chart-1.0.6', 'spark-operator-chart-1.0.6', CHART],
  ['chart-1.1.1-manifest', 'spark-operator-chart-1.1.1', 'manifest'],
  ['chart-1.1.2', 'spark-operator-chart-1.1.2', CHART],
  ['1.3.2', 'spark-operator-chart-1.1.3', CHART],
  ['chart-1.1.27', 'spark-operator-chart-1.1.27', CHART],
  ['1.4.0', 'v1beta2-1.4.0-3.5.0', CHART],
  ['1.4.5', 'spark-operator-chart-1.2.14', CHART],
  ['chart-1.3.0', 'spark-operator-chart-1.3.0', CHART],
  ['1.5.0', 'spark-operator-chart-1.3.2', CHART],
  ['1.6.2', 'spark-operator-chart-1.4.5', CHART],
  ['2.0.0-rc.0', 'v2.0.0-rc.0', CHART],
  ['2.0.0', 'v2.0.0', CHART],
  ['2.1.0', 'v2.1.0-rc.0', CHART],
  ['2.1.1', 'v2.1.1', CHART],
  ['2.2.0', 'v2.2.0-rc.0', CHART],
  ['2.3.0', 'v2.3.0-rc.0', CHART],
  ['2.4.0', 'v2.4.0-rc.0', CHART],
  ['main-38082f33', 'master at 38082f3318e9', CHART],
]

/** Set, kind, version of its objects, identity. */
const SCHEMAS: readonly (readonly [set: string, kind: string, version: string, sha256: string])[] = [
  ['0.5.0', APP, 'v1alpha1', '6c739252467bbcb13406781e6104c1e8159f7e153262b5715c901e4f03fea475'],
  ['0.5.0', SCHED, 'v1alpha1', '6fd1b0dfb368d69baf63eed5fa94501788947a846e91d5e4d96877c8d06566df'],
  ['0.7.1', APP, 'v1beta1', '8814962d2347c6515db3bf50b6cd590086954edacde6c6d4975e6be617a8f2a2'],
  ['0.7.1', SCHED, 'v1beta1', '6fd1b0dfb368d69baf63eed5fa94501788947a846e91d5e4d96877c8d06566df'],
  ['0.8.2', APP, 'v1beta1', 'e7f4110c1db1ccf757d4b1afad6ba02d2c4d47f69173966d021e2d62d3044b86'],
  ['0.8.2', SCHED, 'v1beta1', '6fd1b0dfb368d69baf63eed5fa94501788947a846e91d5e4d96877c8d06566df'],
  ['1.0.0', APP, 'v1beta2', '8ced2b9311e3c15224c614145caad3c3777f14751b27d356220c786bdc52948b'],
  ['1.0.0', SCHED, 'v1beta2', '938a2d7a5d13dcfa281a51870f0a4aa287047efb162aef2898fa0cc393532607'],
  ['1.0.1', APP, 'v1beta2', '7121b14fe9911b857cc3a0b110cfa414971a819ec01b710f2c4bb679d3dd9f61'],
  ['1.0.1', SCHED, 'v1beta2', '69a202fa76a9dfd8bd4a9967ac1e1f90375111e0cc207d1f1ec751373c78ffbf'],
  ['1.1.0', APP, 'v1beta2', '62b268ceb1bfdf3145f0d5ba5cc71097b7393aef31bfb1b1827c7e4696b31dc2'],
  ['1.1.0', SCHED, 'v1beta2', '1253618886e34e38ea1e9a76d8385adf1840ffb77cc7da7402b548e50138e896'],
  ['1.1.2', APP, 'v1beta2', '650da9190d4985b7a6bea310b2250d857a7c764575b276777153eb0b58f3531f'],
  ['1.1.2', SCHED, 'v1beta2', '54b6b980dd0ae591aba82e860966421f6b6234451540b9e490d1f0f82fc2e8a6'],
  ['1.2.0', APP, 'v1beta2', 'd75a24532e0ff0d6cce7bf3a1639547bc36759dcfb4c4982c4420eb5d64de3c8'],
  ['1.2.0', SCHED, 'v1beta2', '1dea60c6a0b93bf8f63f88a9fd3373a3d0f212177b90d1df525fef1d28a67709'],
  ['1.2.1', APP, 'v1beta2', '63fa6db864d90f692b83b9fdccc48fdcd0913d4f1555dd9681e234baa395b9cb'],
  ['1.2.1', SCHED, 'v1beta2', '2e2b2cb8dcbb9c624b92e5e414b2f2541b1412c550fb842858b8a8bc403d6868'],
  ['chart-1.0.1', APP, 'v1beta2', '3fbba853cb66e43c30f3de0d0208e2c1c2cd09c2e6cb893be6bd5eab67972175'],
  ['chart-1.0.1', SCHED, 'v1beta2', '7b3ee49f88286b62401f171d9a83b12a01e23e32880827f5d7d8211cf4076965'],
  ['1.2.2-manifest', APP, 'v1beta2', '22e54bed0b50910a4df2472a27ed0d231f5df8a35e09744d385f7330a27d0507'],
  ['1.2.2-manifest', SCHED, 'v1beta2', '627e5f1e4e4a32897f0c48c6779f868ee3db7bb29cb35d700da3140b26bd3ce3'],
  ['1.2.2', APP, 'v1beta2', '166e03501dd39b4bda125716d4e3832ad29e7c2a1d889f35be614f0cf9536d54'],
  ['1.2.2', SCHED, 'v1beta2', '27a48fca993943d506dd0cc5af542453791ee448e1854c7b84aa2a075e796e60'],
  ['chart-1.0.6', APP, 'v1beta2', '4cb7368c823960912b13e2233dce9422f171bb55a5aea96843e6c68aa8a0aef5'],
  ['chart-1.0.6', SCHED, 'v1beta2', '336280766bbb217977a4278d103bdf8f3d1a4d75de64d8eaa804bea8a2879193'],
  ['chart-1.1.1-manifest', APP, 'v1beta2', '94f6ae9d15fb5820733e5ce57aee80cff0004a721cbcb1f3e8475af4f454159e'],
  ['chart-1.1.1-manifest', SCHED, 'v1beta2', '627e5f1e4e4a32897f0c48c6779f868ee3db7bb29cb35d700da3140b26bd3ce3'],
  ['chart-1.1.2', APP, 'v1beta2', '556e8a65488bb69475049a4aa9a289b601e60279212d58e05d5b8fde04f446a3'],
  ['chart-1.1.2', SCHED, 'v1beta2', 'f4733b20cba392e684402493b6ef4962f85a57b71bf34f71519af9c3690033e3'],
  ['1.3.2', APP, 'v1beta2', 'c441b7d4a3a8415582fabb62d68aaa3509e0f384ce5a382d456d4f37c9926bbd'],
  ['1.3.2', SCHED, 'v1beta2', '6bb60d0292ef696937aa273b7bab9e0438eb51f049f072384ab44337ab25153d'],
  ['chart-1.1.27', APP, 'v1beta2', 'cc84c5cc568054be647d523fd340beb6690228ec1bacf2bb8820c1df65060b2e'],
  ['chart-1.1.27', SCHED, 'v1beta2', 'ce3f6fe155372d11842ad67c669cb9cff1e6e8fb93edce39055367be60a77022'],
  ['1.4.0', APP, 'v1beta2', 'c6e2f1649a9498bb6da7949dcd9635f36345c5a23cb6d7e499d9988985f94006'],
  ['1.4.0', SCHED, 'v1beta2', '48a8556ff73ce79c981a5ad1c2eb792b4f90ec661adfafc4747f0ef5ddaa7a2b'],
  ['1.4.5', APP, 'v1beta2', '8d63b185bc57608f0ee0f652519ba904d84f5d5f64c13be4da6dbe390ee83c3e'],
  ['1.4.5', SCHED, 'v1beta2', '96e3912a42d01cec6550216bb0f58c42756627e03ad7a91cb885f1e7dd3d0621'],
  ['chart-1.3.0', APP, 'v1beta2', '36841407701a9f4d5b25ea6799177d4d600167dd22571dbecfc9d9d6aeec15bf'],
  ['chart-1.3.0', SCHED, 'v1beta2', '5633ca8d8adae2dcfa8d0cda672605bc365e4f2314ffa349dc4a32a12fca2318'],
  ['1.5.0', APP, 'v1beta2', '9792a491d0cd6f79632f52ee8623abc4545df895ad21cb0ccf351e8254ecd6a9'],
  ['1.5.0', SCHED, 'v1beta2', 'ffabe805cccce95f5b3eba4198f4b3ba6f7038d2864911303d057467f9e3d257'],
  ['1.6.2', APP, 'v1beta2', '0b498e50248f1769bf64f67834e0eaa027c2f93d535cfc1fcc12a76bd33cfea1'],
  ['1.6.2', SCHED, 'v1beta2', '9a5b2e0d0de861a3cd7d15f5b68f297b0e1e80c6d60e9b539b1edda390b03000'],
  ['2.0.0-rc.0', APP, 'v1beta2', 'f292de80516b48da1cb96232bc0c5519e898477e7d36d982bec7b90b46ea486f'],
  ['2.0.0-rc.0', SCHED, 'v1beta2', '9f3814a7f7f3fa7fa860d4d385a1fbef5e919fff93a8a7857c492bd477667b03'],
  ['2.0.0', APP, 'v1beta2', 'f6b9ef7f5fa4aa4ef25c86e38e7bd0d0bae53d3753bdff8fc660aef46f27e291'],
  ['2.0.0', SCHED, 'v1beta2', 'f17bce61706e2a1e89d294e8f36aa99ba3b14a66136356775b9fd2502d109a08'],
  ['2.1.0', APP, 'v1beta2', 'e8cf2d8ecf53e62abaf017b0e203df15ff6f3c6af0113527777a425823bb1dc4'],
  ['2.1.0', SCHED, 'v1beta2', '46be22c37a944715b103639e4cd90345d20916a6213af129e3f52147e0ee5ae0'],
  ['2.1.1', APP, 'v1beta2', 'eb24bc08e84765ea7dea6e835e6b1027217014e780f6beea78272911d8582638'],
  ['2.1.1', SCHED, 'v1beta2', '779f71a72a987c2bd87babb67bcfd2d89c62f7a088f47d4c50a6d4cdd297b925'],
  ['2.2.0', APP, 'v1beta2', '8ddaf796979b9297dc86fc2e718570fcda9ae3a83416917782f6d955e8c21c6c'],
  ['2.2.0', SCHED, 'v1beta2', 'eb98714097b47522e413086c6450b2520851d9f8bf48deb788c2a1c216d7fd9d'],
  ['2.3.0', APP, 'v1beta2', '8ddaf796979b9297dc86fc2e718570fcda9ae3a83416917782f6d955e8c21c6c'],
  ['2.3.0', SCHED, 'v1beta2', 'eb98714097b47522e413086c6450b2520851d9f8bf48deb788c2a1c216d7fd9d'],
  ['2.3.0', CONNECT, 'v1alpha1', 'e6e15ebb35bffa50a1f0c5b233cb783a2c80ce68056612b70e35f9a06daf01d4'],
  ['2.4.0', APP, 'v1beta2', '923f9c2687460ee1fa7851de758fce04eae5992cab81aab483b1d3bfabdba1c4'],
  ['2.4.0', SCHED, 'v1beta2', '6395c2b4e285b35002afb115d9f4426725dd1700ce845da0e591ecfda5937973'],
  ['2.4.0', CONNECT, 'v1alpha1', '05fa1c51175d03b2b411794717793d436d533e633aafa45416c2f95d35c61d12'],
  ['main-38082f33', APP, 'v1beta2', 'f709fdd2e0520092d9fb61d87fa05e6a6a683fb080a27e2480be6492f9c3b2f4'],
  ['main-38082f33', SCHED, 'v1beta2', 'cace0a9c7470fbafd6660a91e8d5d797aa4a306626ae10e6de1bc7b31f9a6067'],
  ['main-38082f33', CONNECT, 'v1alpha1', '05fa1c51175d03b2b411794717793d436d533e633aafa45416c2f95d35c61d12'],
]

/** Oldest first. */
export const CRD_SETS: readonly CrdSet[] = SOURCES.map(([name, tag, directory]) => ({
  name,
  source: `${tag}, ${directory}`,
  kinds: new Map(
    SCHEMAS.filter(([set]) => set === name).map(([, kind, version, sha256]) => [
      kind,
      { version, identity: `sha256:${sha256}` as const },
    ]),
  ),
}))
