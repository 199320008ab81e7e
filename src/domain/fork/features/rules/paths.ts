/**
 * What kind of thing a path is, for an operator in Go with a Helm chart, as Kubebuilder and the Kubernetes community lay
 * them out. The first row that matches counts. A profile may put rows of its own before these.
 */

/** `product` is what reaches users; the rest is told apart so that it never makes a feature by itself. */
export type PathClass = 'test' | 'docs' | 'ci' | 'generated' | 'definition' | 'dependency' | 'tooling' | 'product'

export interface PathRule {
  pattern: RegExp
  class: PathClass
}

export const PATH_RULES: readonly PathRule[] = [
  { pattern: /_test\.go$|(^|\/)(tests?|testdata|e2e)\//, class: 'test' },
  { pattern: /(^|\/)charts?\/[^/]+\/ci\//, class: 'test' },
  {
    pattern:
      /^\.(github|gitlab|circleci|ci|travis)|^\.pre-commit|^\.golangci|codecov\.ya?ml$|^\.dockerignore$|^\.gitignore$/,
    class: 'ci',
  },
  // Kubebuilder's PROJECT and boilerplate, OWNERS and the like.
  { pattern: /^(OWNERS|PROJECT|LICENSE|NOTICE|MAINTAINERS|CODEOWNERS)$|boilerplate/i, class: 'docs' },
  { pattern: /zz_generated|(^|\/)pkg\/client\/|\.pb\.go$|openapi_generated/, class: 'generated' },
  {
    pattern: /\.(md|gotmpl|rst|adoc|txt|png|svg|html|css)$|^docs?\/|(^|\/)examples?\/|(^|\/)samples\//i,
    class: 'docs',
  },
  // Custom resource definitions follow from Go types; what they add beyond those is read from them.
  { pattern: /(^|[/_-])crds?([/_.-]|$).*\.ya?ml$/, class: 'definition' },
  { pattern: /(^|\/)go\.(mod|sum|work|work\.sum)$|^vendor\//, class: 'dependency' },
  { pattern: /^(Makefile|hack\/|scripts?\/|Tiltfile|VERSION$|.*\/Chart\.yaml$)/, class: 'tooling' },
]

/** The class of a path. */
export function classOf(path: string, rules: readonly PathRule[] = PATH_RULES): PathClass {
  return rules.find(({ pattern }) => pattern.test(path))?.class ?? 'product'
}
