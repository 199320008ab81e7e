/**
 * Every release of kubeflow/spark-operator that has CustomResourceDefinitions. A new release is a new row.
 *
 * Where the source is not said, it is the tag itself: `Dockerfile` (Spark), `charts/spark-operator-chart/values.yaml`
 * (image), the CRDs by hash. What changed from release to release is told by `traits.ts`, by ranges.
 */

export interface Release {
  /** `1.3.8` */
  version: string
  /** The git tag; undefined for versions that only charts name. */
  tag: string | undefined
  commit: string
  date: string
  /** The set of CRDs in the release's chart; before there was one in the repository, in `manifest/`. See `crd-sets.ts`. */
  crds: string
  /** The set in `manifest/`, where it is another one. */
  manifestCrds?: string
  /** The Spark whose spark-submit is inside the image. */
  spark: string
  /** Where the chart pulls from, without tag; undefined before the chart moved here (1.2.2). */
  image: string | undefined
}

const GCR = 'gcr.io/spark-operator/spark-operator'
const GOOGLE = 'ghcr.io/googlecloudplatform/spark-operator'
const GHCR = 'ghcr.io/kubeflow/spark-operator'
const DOCKER = 'docker.io/kubeflow/spark-operator'
const CONTROLLER = 'ghcr.io/kubeflow/spark-operator/controller'

type Row = Omit<Release, 'version' | 'spark' | 'image'> & Partial<Pick<Release, 'version' | 'spark' | 'image'>>

const ROWS: readonly Row[] = [
  { tag: 'v1alpha1-0.5-2.4.0', commit: '62db1d66', date: '2018-12-07', crds: '0.5.0' },
  { tag: 'v1alpha1-0.6-2.4.0', commit: '97d4b144', date: '2019-01-16', crds: '0.5.0' },
  { tag: 'v1beta1-0.7-2.4.0', commit: '5a57ee88', date: '2019-01-17', crds: '0.5.0' },
  { tag: 'v1beta1-0.7.1-2.4.0', commit: 'bccc19d1', date: '2019-03-04', crds: '0.7.1' },
  { tag: 'v1beta1-0.8.0-2.4.0', commit: 'c3f5f204', date: '2019-03-14', crds: '0.7.1' },
  { tag: 'v1beta1-0.8.1-2.4.0', commit: '4b4335d7', date: '2019-03-20', crds: '0.7.1' },
  { tag: 'v1beta1-0.8.2-2.4.0', commit: '09668110', date: '2019-04-21', crds: '0.8.2' },
  { tag: 'v1beta1-0.9.0-2.4.0', commit: '6fc51230', date: '2019-06-17', crds: '0.8.2' },
  { tag: 'v1beta2-1.0.0-2.4.4', commit: '5d9e8e92', date: '2019-09-25', crds: '1.0.0' },
  { tag: 'v1beta2-1.0.1-2.4.4', commit: 'f7836111', date: '2019-10-02', crds: '1.0.1' },
  { tag: 'v1beta2-1.1.0-2.4.5', commit: 'c8ae9e35', date: '2020-02-10', crds: '1.1.0' },
  { tag: 'v1beta2-1.1.1-2.4.5', commit: 'aae36546', date: '2020-03-11', crds: '1.1.0' },
  { tag: 'v1beta2-1.1.2-2.4.5', commit: 'd42264d1', date: '2020-05-29', crds: '1.1.2' },
  { tag: 'v1beta2-1.2.0-3.0.0', commit: '0c5ddfd6', date: '2020-07-16', crds: '1.2.0' },
  { tag: 'v1beta2-1.2.1-3.0.0', commit: 'bd1b7ec1', date: '2020-10-18', crds: '1.2.1' },
  {
    tag: 'v1beta2-1.2.2-3.0.0',
    commit: '2e8b733f',
    date: '2020-12-14',
    crds: '1.2.2',
    manifestCrds: '1.2.2-manifest',
    image: GCR,
  },
  {
    version: '1.2.3',
    tag: undefined,
    commit: 'fc206516',
    date: '2021-04-28',
    crds: 'chart-1.0.6',
    manifestCrds: '1.2.2-manifest',
    spark: '3.1.1',
    image: GCR,
  },
  {
    version: '1.3.0',
    tag: undefined,
    commit: '3a0e8048',
    date: '2021-11-29',
    crds: '1.3.2',
    spark: '3.1.1',
    image: GCR,
  },
  {
    version: '1.3.1',
    tag: undefined,
    commit: '537bab56',
    date: '2021-12-02',
    crds: '1.3.2',
    spark: '3.1.1',
    image: GCR,
  },
  { tag: 'v1beta2-1.3.2-3.1.1', commit: 'c5c3d6f3', date: '2022-01-08', crds: '1.3.2', image: GCR },
  { tag: 'v1beta2-1.3.3-3.1.1', commit: '22cd4a2c', date: '2022-01-13', crds: '1.3.2', image: GCR },
  { tag: 'v1beta2-1.3.4-3.1.1', commit: '3b58b263', date: '2022-04-11', crds: '1.3.2', image: GOOGLE },
  { tag: 'v1beta2-1.3.5-3.1.1', commit: 'd7a85bd7', date: '2022-05-11', crds: '1.3.2', image: GOOGLE },
  { tag: 'v1beta2-1.3.6-3.1.1', commit: 'bc8f8a2f', date: '2022-05-16', crds: '1.3.2', image: GOOGLE },
  { tag: 'v1beta2-1.3.7-3.1.1', commit: '8cc8298f', date: '2022-06-01', crds: '1.3.2', image: GOOGLE },
  { tag: 'v1beta2-1.3.8-3.1.1', commit: 'c261df66', date: '2022-10-25', crds: '1.3.2', image: GOOGLE },
  { tag: 'v1beta2-1.4.0-3.5.0', commit: '835281d4', date: '2024-04-11', crds: '1.4.0', image: GHCR },
  { tag: 'v1beta2-1.4.1-3.5.0', commit: '76a79478', date: '2024-04-13', crds: '1.4.0', image: GHCR },
  { tag: 'v1beta2-1.4.2-3.5.0', commit: '39b79d73', date: '2024-04-14', crds: '1.4.0', image: GHCR },
  { tag: 'v1beta2-1.4.3-3.5.0', commit: 'e9dbdfb9', date: '2024-04-16', crds: '1.4.0', image: GHCR },
  { tag: 'v1beta2-1.4.4-3.5.0', commit: 'ccb3ceb5', date: '2024-04-19', crds: '1.4.0', image: DOCKER },
  { tag: 'v1beta2-1.4.5-3.5.0', commit: '333ee0bc', date: '2024-04-26', crds: '1.4.5', image: DOCKER },
  { tag: 'v1beta2-1.4.6-3.5.0', commit: 'd87c6855', date: '2024-05-07', crds: '1.4.5', image: DOCKER },
  { tag: 'v1beta2-1.5.0-3.5.0', commit: '22195636', date: '2024-06-05', crds: '1.5.0', image: DOCKER },
  { tag: 'v1beta2-1.6.0-3.5.0', commit: '5ce3dbac', date: '2024-06-05', crds: '1.5.0', image: DOCKER },
  { tag: 'v1beta2-1.6.1-3.5.0', commit: '4774fece', date: '2024-06-17', crds: '1.5.0', image: DOCKER },
  { tag: 'v1beta2-1.6.2-3.5.0', commit: '779ea3de', date: '2024-07-22', crds: '1.6.2', image: DOCKER },
  { tag: 'v2.0.0-rc.0', commit: '74b345ab', date: '2024-08-09', crds: '2.0.0-rc.0', spark: '3.5.0', image: DOCKER },
  { tag: 'v2.0.0', commit: 'f1b8d468', date: '2024-09-23', crds: '2.0.0', spark: '3.5.2', image: DOCKER },
  { tag: 'v2.0.1', commit: '94cdc526', date: '2024-09-26', crds: '2.0.0', spark: '3.5.2', image: DOCKER },
  { tag: 'v2.0.2', commit: 'ef9a2a13', date: '2024-10-10', crds: '2.0.0', spark: '3.5.2', image: DOCKER },
  { tag: 'v2.1.0-rc.0', commit: '1ff61a47', date: '2024-10-24', crds: '2.1.0', spark: '3.5.3', image: DOCKER },
  { tag: 'v2.1.0', commit: '664b9d01', date: '2024-12-11', crds: '2.1.0', spark: '3.5.3', image: DOCKER },
  { tag: 'v2.1.1', commit: '1905be6e', date: '2025-03-25', crds: '2.1.1', spark: '3.5.3', image: DOCKER },
  { tag: 'v2.2.0-rc.0', commit: '88a826f8', date: '2025-05-29', crds: '2.2.0', spark: '3.5.5', image: CONTROLLER },
  { tag: 'v2.2.0-rc.1', commit: '7bdd35fc', date: '2025-05-29', crds: '2.2.0', spark: '3.5.5', image: CONTROLLER },
  { tag: 'v2.2.0', commit: '53dc38ef', date: '2025-05-29', crds: '2.2.0', spark: '3.5.5', image: CONTROLLER },
  { tag: 'v2.2.1', commit: 'c2a5e600', date: '2025-06-26', crds: '2.2.0', spark: '3.5.5', image: CONTROLLER },
  { tag: 'v2.3.0-rc.0', commit: '9a1bef17', date: '2025-07-21', crds: '2.3.0', spark: '4.0.0', image: CONTROLLER },
  { tag: 'v2.3.0', commit: '85f69629', date: '2025-07-22', crds: '2.3.0', spark: '4.0.0', image: CONTROLLER },
  { tag: 'v2.4.0-rc.0', commit: '95be8e0b', date: '2025-11-10', crds: '2.4.0', spark: '4.0.0', image: CONTROLLER },
  { tag: 'v2.4.0-rc.1', commit: '47a2f962', date: '2025-11-15', crds: '2.4.0', spark: '4.0.0', image: CONTROLLER },
  { tag: 'v2.4.0', commit: '11999970', date: '2025-11-17', crds: '2.4.0', spark: '4.0.0', image: CONTROLLER },
  { tag: 'v2.5.0-rc.0', commit: 'c431d4d9', date: '2026-03-02', crds: '2.4.0', spark: '4.0.1', image: CONTROLLER },
  { tag: 'v2.5.0', commit: 'b3cca21e', date: '2026-03-19', crds: '2.4.0', spark: '4.0.1', image: CONTROLLER },
  { tag: 'v2.5.1', commit: '0a7946b4', date: '2026-06-14', crds: '2.4.0', spark: '4.0.1', image: CONTROLLER },
  { tag: 'v2.5.2', commit: '43afb8bb', date: '2026-07-30', crds: '2.4.0', spark: '4.0.4', image: CONTROLLER },
]

/** Oldest first. */
export const RELEASES: readonly Release[] = ROWS.map(({ version, spark, image, ...row }) => {
  // `v1beta2-1.3.8-3.1.1`: API, operator, Spark. From 2.0 on the tag is the version.
  const [, operator, client] = /^v1[a-z]+\d-(\d+\.\d+(?:\.\d+)?)-(\S+)$/.exec(row.tag ?? '') ?? []
  const told = operator === undefined ? row.tag?.slice(1) : /\.\d+\./.test(operator) ? operator : `${operator}.0`
  return { ...row, version: version ?? told ?? '', spark: spark ?? client ?? '', image }
})
