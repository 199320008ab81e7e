/**
 * Every chart of kubeflow/spark-operator that a tag has, with the operator it installs. From 2.0 on chart and operator
 * have one number, and the row of the release is enough. A chart before 1.0.0 lived in another repository.
 */

export interface Chart {
  version: string
  /** The operator of its `appVersion`. */
  operator: string
  commit: string
  /** The set of CRDs in its `crds/`; see `crd-sets.ts`. */
  crds: string
}

export const CHARTS: readonly Chart[] = [
  { version: '1.0.0', operator: '1.2.0', commit: '7c924916', crds: '1.2.1' },
  { version: '1.0.1', operator: '1.2.0', commit: '7460a5ee', crds: 'chart-1.0.1' },
  { version: '1.0.2', operator: '1.2.0', commit: '38cfc22d', crds: 'chart-1.0.1' },
  { version: '1.0.3', operator: '1.2.0', commit: '44bfbfca', crds: 'chart-1.0.1' },
  { version: '1.0.4', operator: '1.2.0', commit: '177157f2', crds: 'chart-1.0.1' },
  { version: '1.0.5', operator: '1.2.0', commit: '2e8b733f', crds: '1.2.2' },
  { version: '1.0.6', operator: '1.2.0', commit: '31de6688', crds: 'chart-1.0.6' },
  { version: '1.0.7', operator: '1.2.0', commit: '4f503044', crds: 'chart-1.0.6' },
  { version: '1.0.8', operator: '1.2.0', commit: '1947244c', crds: 'chart-1.0.6' },
  { version: '1.0.9', operator: '1.2.0', commit: 'adc61e2c', crds: 'chart-1.0.6' },
  { version: '1.0.10', operator: '1.2.0', commit: 'b884a2f6', crds: 'chart-1.0.6' },
  { version: '1.1.0', operator: '1.2.3', commit: 'fc206516', crds: 'chart-1.0.6' },
  { version: '1.1.1', operator: '1.2.3', commit: 'ca473c9a', crds: 'chart-1.0.6' },
  { version: '1.1.2', operator: '1.2.3', commit: '7ce314d7', crds: 'chart-1.1.2' },
  { version: '1.1.3', operator: '1.2.3', commit: 'a123efd9', crds: '1.3.2' },
  { version: '1.1.4', operator: '1.2.3', commit: '5c87fccd', crds: '1.3.2' },
  { version: '1.1.5', operator: '1.2.3', commit: 'e3ed2517', crds: '1.3.2' },
  { version: '1.1.6', operator: '1.2.3', commit: '85b549eb', crds: '1.3.2' },
  { version: '1.1.7', operator: '1.2.3', commit: 'bfb0446d', crds: '1.3.2' },
  { version: '1.1.8', operator: '1.2.3', commit: '4637882d', crds: '1.3.2' },
  { version: '1.1.9', operator: '1.2.3', commit: '6e149e84', crds: '1.3.2' },
  { version: '1.1.10', operator: '1.2.3', commit: '6a0cef39', crds: '1.3.2' },
  { version: '1.1.11', operator: '1.2.3', commit: '5a1a32a4', crds: '1.3.2' },
  { version: '1.1.12', operator: '1.2.3', commit: '6939cbd8', crds: '1.3.2' },
  { version: '1.1.13', operator: '1.2.3', commit: 'eb5dc1da', crds: '1.3.2' },
  { version: '1.1.14', operator: '1.3.0', commit: '3a0e8048', crds: '1.3.2' },
  { version: '1.1.15', operator: '1.3.1', commit: '537bab56', crds: '1.3.2' },
  { version: '1.1.16', operator: '1.3.2', commit: 'c5c3d6f3', crds: '1.3.2' },
  { version: '1.1.17', operator: '1.3.3', commit: '22cd4a2c', crds: '1.3.2' },
  { version: '1.1.18', operator: '1.3.3', commit: '651c17e5', crds: '1.3.2' },
  { version: '1.1.19', operator: '1.3.3', commit: '55732a6a', crds: '1.3.2' },
  { version: '1.1.20', operator: '1.3.4', commit: '3b58b263', crds: '1.3.2' },
  { version: '1.1.21', operator: '1.3.5', commit: 'd7a85bd7', crds: '1.3.2' },
  { version: '1.1.22', operator: '1.3.6', commit: 'bc8f8a2f', crds: '1.3.2' },
  { version: '1.1.23', operator: '1.3.6', commit: '5516734c', crds: '1.3.2' },
  { version: '1.1.24', operator: '1.3.7', commit: '8cc8298f', crds: '1.3.2' },
  { version: '1.1.25', operator: '1.3.7', commit: '9aa84a41', crds: '1.3.2' },
  { version: '1.1.26', operator: '1.3.8', commit: 'c261df66', crds: '1.3.2' },
  { version: '1.1.27', operator: '1.3.8', commit: 'bd2eda21', crds: 'chart-1.1.27' },
  { version: '1.2.2', operator: '1.4.0', commit: '835281d4', crds: '1.4.0' },
  { version: '1.2.4', operator: '1.4.1', commit: '76a79478', crds: '1.4.0' },
  { version: '1.2.5', operator: '1.4.2', commit: '39b79d73', crds: '1.4.0' },
  { version: '1.2.7', operator: '1.4.3', commit: 'e9dbdfb9', crds: '1.4.0' },
  { version: '1.2.11', operator: '1.4.3', commit: '4d4f1c5f', crds: '1.4.0' },
  { version: '1.2.12', operator: '1.4.4', commit: 'ccb3ceb5', crds: '1.4.0' },
  { version: '1.2.13', operator: '1.4.4', commit: '8fc40582', crds: '1.4.0' },
  { version: '1.2.14', operator: '1.4.5', commit: '333ee0bc', crds: '1.4.5' },
  { version: '1.2.15', operator: '1.4.6', commit: 'd87c6855', crds: '1.4.5' },
  { version: '1.3.0', operator: '1.4.2', commit: 'b723367d', crds: 'chart-1.3.0' },
  { version: '1.3.1', operator: '1.4.2', commit: '3c753762', crds: 'chart-1.3.0' },
  { version: '1.3.2', operator: '1.5.0', commit: '22195636', crds: '1.5.0' },
  { version: '1.4.0', operator: '1.6.0', commit: '5ce3dbac', crds: '1.5.0' },
  { version: '1.4.1', operator: '1.6.0', commit: '0b67bae6', crds: '1.5.0' },
  { version: '1.4.2', operator: '1.6.1', commit: '4774fece', crds: '1.5.0' },
  { version: '1.4.3', operator: '1.6.1', commit: 'b8c90139', crds: '1.5.0' },
  { version: '1.4.4', operator: '1.6.1', commit: 'eca3fc87', crds: '1.5.0' },
  { version: '1.4.5', operator: '1.6.2', commit: '779ea3de', crds: '1.6.2' },
  { version: '1.4.6', operator: '1.6.2', commit: '4108f549', crds: '1.6.2' },
]
