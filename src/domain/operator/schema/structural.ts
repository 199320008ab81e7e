/**
 * The schema of a custom resource as its definition carries it: OpenAPI v3 in the "structural" form that Kubernetes
 * asks for. Types, and the one walk that everything here shares. Nothing is resolved or typed away: keywords that this
 * file does not name pass through.
 */

/** One node of a schema (`JSONSchemaProps`). */
export interface Schema {
  type?: string
  format?: string
  nullable?: boolean
  properties?: Readonly<Record<string, Schema>>
  additionalProperties?: boolean | Schema
  items?: Schema
  required?: readonly string[]
  default?: unknown
  enum?: readonly unknown[]
  pattern?: string
  allOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  not?: Schema
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-list-type'?: string
  'x-kubernetes-list-map-keys'?: readonly string[]
  'x-kubernetes-map-type'?: string
  'x-kubernetes-validations'?: readonly unknown[]
  readonly [keyword: string]: unknown
}

/** A node and where it stands: `spec.driver.env[].name`; `*` for the values of a map. The root's path is empty. */
export interface SchemaNode {
  path: string
  schema: Schema
  /** The node above, undefined at the root. */
  parent: string | undefined
}

/** Every node, parents before children, names in order. */
export function* walkSchema(root: Schema): Generator<SchemaNode> {
  const open: SchemaNode[] = [{ path: '', schema: root, parent: undefined }]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node
    open.push(...childrenOf(node).reverse())
  }
}

/** The schema of a property, or undefined where the schema names none such. */
export function propertyOf(schema: Schema, name: string): Schema | undefined {
  const { properties } = schema
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined
}

/** The schema of a map's values; undefined where additional properties are free, and where there may be none. */
export function valueSchemaOf({ additionalProperties }: Schema): Schema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function childrenOf({ path, schema }: SchemaNode): SchemaNode[] {
  const names = Object.keys(schema.properties ?? {}).sort()
  const children = names.map((name) => ({
    path: path === '' ? name : `${path}.${name}`,
    schema: schema.properties![name]!,
    parent: path,
  }))
  if (schema.items !== undefined) children.push({ path: `${path}[]`, schema: schema.items, parent: path })
  const values = valueSchemaOf(schema)
  if (values !== undefined) children.push({ path: path === '' ? '*' : `${path}.*`, schema: values, parent: path })
  return children
}
