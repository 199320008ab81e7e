/** What is known of upstreams, one row each. `.sparkops/fork.yaml` says what differs. */
import type { DeletionPolicy, ForkProfile, PathClass, ProfileName } from './profile.ts'

const CLASSES: ForkProfile['classes'] = [
  {
    class: 'ci',
    paths: [
      '.github/**',
      '.gitlab-ci.yml',
      '.gitlab/**',
      '.travis.yml',
      'Jenkinsfile',
      '.circleci/**',
      'azure-pipelines.yml',
    ],
  },
  { class: 'branding', paths: ['OWNERS', 'CODEOWNERS', 'ADOPTERS*', 'CODE_OF_CONDUCT*', 'SECURITY.md', 'ROADMAP*'] },
  { class: 'docs', paths: ['docs/**', '*.md', '**/*.md', 'site/**'] },
  { class: 'test', paths: ['**/*_test.go', 'test/**', 'e2e/**', '**/src/test/**'] },
]

const SPARK_OPERATOR_CLASSES: ForkProfile['classes'] = [
  {
    class: 'generated',
    paths: [
      '**/zz_generated.*.go',
      'pkg/client/**',
      'config/crd/bases/**',
      'manifest/crds/**',
      'manifest/spark-operator-install/crds/**',
      'charts/*/crds/**',
      'charts/*/README.md',
      'docs/api-docs.md',
    ],
  },
  ...CLASSES,
  { class: 'chart', paths: ['charts/**'] },
  { class: 'build', paths: ['Dockerfile', '**/Dockerfile*', 'Makefile', 'hack/**', 'go.mod', 'go.sum'] },
]

const SPARK_CLASSES: ForkProfile['classes'] = [
  // Expected outputs that Spark's own suites write with SPARK_GENERATE_GOLDEN_FILES=1.
  { class: 'generated', paths: ['**/sql-tests/results/**', '**/tpcds-plan-stability/**', 'dev/deps/spark-deps-*'] },
  ...CLASSES,
  { class: 'build', paths: ['**/pom.xml', 'project/**', 'dev/**', 'build/**'] },
]

/** A company that deleted upstream's CI, docs or branding has decided so; of anything else nobody decides but a person. */
const DELETIONS: Readonly<Partial<Record<PathClass, DeletionPolicy>>> = {
  ci: { deletedByCompany: 'stay-deleted', deletedByUpstream: 'ask' },
  docs: { deletedByCompany: 'stay-deleted', deletedByUpstream: 'ask' },
  branding: { deletedByCompany: 'stay-deleted', deletedByUpstream: 'ask' },
}

const COMMON: Omit<ForkProfile, 'name' | 'upstream' | 'classes'> = {
  companyBranch: undefined,
  base: undefined,
  deletions: DELETIONS,
  companyOwned: [],
  goVersion: undefined,
  versionSuffix: undefined,
  generators: [],
  trailer: undefined,
  merges: 'keep',
  publish: { remote: undefined, mode: 'branch' },
}

/** The built-in profiles. */
export const BUILT_IN: Readonly<Record<ProfileName, ForkProfile>> = {
  'spark-operator': {
    ...COMMON,
    name: 'spark-operator',
    upstream: {
      url: 'https://github.com/kubeflow/spark-operator.git',
      branch: undefined,
      // v1beta2-1.3.8-3.1.1 until 1.6, v2.0.2 since; release candidates are tagged v2.1.0-rc.0.
      tagPattern: String.raw`v1beta2-\d+\.\d+\.\d+-\d+\.\d+\.\d+|v\d+\.\d+\.\d+(?:-rc\.\d+)?`,
    },
    classes: SPARK_OPERATOR_CLASSES,
    companyOwned: ['image.repository', 'image.registry', 'image.tag'],
    // Each at the version that the target pins, and only where it writes the clean target as upstream has it.
    generators: ['controller-gen-object', 'controller-gen-crd', 'helm-docs', 'go-mod-tidy'],
  },
  spark: {
    ...COMMON,
    name: 'spark',
    upstream: {
      url: 'https://github.com/apache/spark.git',
      branch: undefined,
      tagPattern: String.raw`v\d+\.\d+\.\d+(?:-preview\d*)?`,
    },
    classes: SPARK_CLASSES,
  },
  generic: {
    ...COMMON,
    name: 'generic',
    upstream: { url: undefined, branch: undefined, tagPattern: String.raw`v?\d+\.\d+(?:\.\d+)?(?:-rc\.?\d+)?` },
    classes: CLASSES,
  },
}

/** What tells an upstream from a tree: a file that only it has. */
export const PROFILE_MARKS: readonly { name: ProfileName; paths: readonly string[] }[] = [
  {
    name: 'spark-operator',
    paths: ['charts/spark-operator-chart', 'api/v1beta2/sparkapplication_types.go', 'pkg/apis/sparkoperator.k8s.io'],
  },
  { name: 'spark', paths: ['core/src/main/scala/org/apache/spark'] },
]
