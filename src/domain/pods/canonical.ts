/** Makes the tree by which a pod is compared: defaults, empty values, quantities, keys, environment, run identity. */
import { canonicalJson } from '../canonical-json.ts'
import { stringifyExact } from '../exact-json.ts'
import { filledFrame, filledValue, isOfItself } from './defaults.ts'
import { foldEnvironment, javaOptions } from './environment.ts'
import { isEmptyScalar, isOtherType } from './scalars.ts'
import { type JsonMap, at, isMap, scalarText } from './json.ts'
import { childPointer } from './path.ts'
import { shownOption } from './rows.ts'
import { type PathNode, fieldNode, identify, itemNode, noiseAt, placeOfValue, rootPath } from './rule-index.ts'
import { EMPTY_MAP_COUNTS, ENVIRONMENT, KEYED, NUMBER_TEXT, ORDER_RULES, QUANTITY } from './rules/canonical-rules.ts'
import { isShared } from './shared-blocks.ts'
import { quantityOf } from './quantity.ts'
import { ANY, POD, type FieldType, fieldType } from './schema.ts'
import { ITEM, type Spot, isContainer, isListItem, rawItem } from './spot.ts'
import { type Branch, type Leaf, type Place, noiseThroughout, shortText, sorted } from './tree.ts'

const ORDER_BY_FIELD = new Map(ORDER_RULES.flatMap((rule) => rule.fields.map((field) => [field, rule] as const)))

/**
 * The tree of a pod. The pod is not changed.
 * @param mainContainer what Spark's container is called on both sides, where this pod calls it otherwise
 */
export function canonicalPod(pod: JsonMap, mainContainer?: { name: string; as: string }): Place {
  const defaulted = new Map<string, string>()
  const frame = filledFrame(pod, defaulted)
  return new TreeBuilder(defaulted, mainContainer).build(frame, pod)
}

class TreeBuilder {
  private readonly defaulted: Map<string, string>
  private isOnHost = false
  private isFilled = false
  private readonly main: { name: string; as: string } | undefined

  /** A part by itself has paths of its own, which mean something else. */
  private readonly isPart: boolean

  constructor(defaulted: Map<string, string>, main: { name: string; as: string } | undefined, isPart = false) {
    this.defaulted = defaulted
    this.main = main
    this.isPart = isPart
  }

  build(pod: JsonMap, raw: JsonMap): Place {
    this.isOnHost = at(pod, 'spec', 'hostNetwork') === true
    const root = { at: rootPath(), pointer: '', raw, field: '', owner: '' }
    return this.place(root, this.node(pod, POD, root) ?? { kind: 'branch', children: new Map() })
  }

  private place(spot: Spot, node: Leaf | Branch, rules: readonly string[] = []): Place {
    const noise = noiseAt(spot.at, spot.raw) ?? noiseThroughout(node)
    return { path: spot.at.path, pointer: spot.pointer, raw: spot.raw, node, noise, rules, isDuplicate: false }
  }

  /** Undefined where the value says no more than its absence. */
  private node(value: unknown, type: FieldType, spot: Spot): Leaf | Branch | undefined {
    if (value === null || value === undefined) return undefined
    if (Array.isArray(value)) return this.list(value, type, spot)
    if (isMap(value)) return this.map(value, type, spot)
    return this.scalar(value, type, spot)
  }

  private scalar(value: unknown, type: FieldType, spot: Spot): Leaf | undefined {
    if (isEmptyScalar(value, type, spot.field)) return undefined
    const rules = this.rulesAt(spot)
    const amount = type.kind === 'quantity' ? quantityOf(value) : undefined
    if (amount !== undefined) return { kind: 'leaf', value: `${amount}n`, rules: [...rules, QUANTITY.id] }
    const text = type.kind === 'any' && typeof value !== 'string' ? canonicalJson(value) : scalarText(value)
    const named = identify(spot.at, text)
    const typed = isOtherType(value, type)
      ? [NUMBER_TEXT.id]
      : this.isRenamed(value, spot)
        ? [ENVIRONMENT.mainContainer.id]
        : NO_RULES
    const isPlain = rules.length + named.rules.length + typed.length === 0
    return { kind: 'leaf', value: named.text, rules: isPlain ? NO_RULES : [...rules, ...named.rules, ...typed] }
  }

  private map(value: JsonMap, type: FieldType, spot: Spot): Branch | Leaf | undefined {
    const children = new Map<string, Place>()
    for (const name of Object.keys(value).sort()) {
      const place = this.fieldPlace(value[name], name, type, spot)
      if (place !== undefined) children.set(place.path, place)
    }
    if (children.size > 0 || isListItem(spot)) return { kind: 'branch', children }
    return EMPTY_MAP_COUNTS.has(spot.field) ? { kind: 'leaf', value: '{}', rules: this.rulesAt(spot) } : undefined
  }

  private fieldPlace(value: unknown, name: string, type: FieldType, { at, pointer, raw }: Spot): Place | undefined {
    if (value === null || value === undefined) return undefined
    const isStruct = type.kind === 'struct'
    const below = fieldNode(at, name)
    const spot = {
      at: below,
      pointer: pointer + below.step,
      raw: isMap(raw) ? raw[name] : undefined,
      field: isStruct ? name : '',
      owner: isStruct ? type.name : '',
    }
    const of = isStruct ? fieldType(type.name, name) : type.kind === 'map' ? type.of : ANY
    if (typeof value !== 'object' || this.isPart || !isOfItself(of)) return this.madePlace(value, of, spot)
    // What came by a default alone is no pod's own.
    return isShared(spot.raw) ? this.sharedPlace(spot.raw, value, of, spot) : this.filledPlace(value, of, spot)
  }

  private sharedPlace(raw: object, value: unknown, type: FieldType, spot: Spot): Place | undefined {
    return placeOfValue(spot.at, raw, this.contextOf(spot), () => this.filledPlace(value, type, spot))
  }

  private madePlace(value: unknown, type: FieldType, spot: Spot): Place | undefined {
    const node = this.node(value, type, spot)
    return node === undefined ? undefined : this.place(spot, node)
  }

  /** The place of a value that is the pod's own until here; below it everything is filled. */
  private filledPlace(value: unknown, type: FieldType, spot: Spot): Place | undefined {
    if (this.isFilled) return this.madePlace(value, type, spot)
    this.isFilled = true
    const place = this.madePlace(filledValue(value, type, spot.pointer, this.defaulted), type, spot)
    this.isFilled = false
    return place
  }

  /** Defaults follow from the value itself, but for ports of the host. */
  private contextOf({ pointer }: Pick<Spot, 'pointer'>): string {
    return this.isOnHost ? `${pointer} on the host` : pointer
  }

  private list(items: unknown[], type: FieldType, spot: Spot): Leaf | Branch | undefined {
    if (items.length === 0) return undefined
    if (spot.owner === 'Container' && spot.field === 'env') return this.environment(items, spot)
    const rule = ORDER_BY_FIELD.get(`${spot.owner}.${spot.field}`)
    const of = type.kind === 'list' ? type.of : ANY
    if (rule !== undefined) return this.keyed(items, of, rule.keys, rule.id, spot)
    if (type.kind === 'list' && type.list === 'map') return this.keyed(items, of, type.keys, KEYED.id, spot)
    if (type.kind === 'list' && type.list === 'set') return this.keyed(items, of, [], KEYED.id, spot)
    return items.every((item) => !isMap(item) && !Array.isArray(item))
      ? this.scalars(items, of, spot)
      : this.ordered(items, of, spot)
  }

  /** A list of texts or numbers in which order counts, such as a command: one value. */
  private scalars(items: unknown[], of: FieldType, spot: Spot): Leaf {
    const texts = items.map((item) =>
      of.kind === 'any' && typeof item !== 'string' ? canonicalJson(item) : scalarText(item),
    )
    const named = identify(spot.at, JSON.stringify(texts))
    return { kind: 'leaf', value: named.text, rules: [...this.rulesAt(spot), ...named.rules] }
  }

  private ordered(items: unknown[], of: FieldType, spot: Spot): Branch {
    const children = new Map<string, Place>()
    items.forEach((item, index) => {
      const place = this.itemPlace(item, index, of, itemNode(spot.at, String(index)), spot)
      children.set(place.path, place)
    })
    return { kind: 'branch', children }
  }

  private keyed(items: unknown[], of: FieldType, keys: readonly string[], rule: string, spot: Spot): Branch {
    const children = new Map<string, Place>()
    const order: string[] = []
    items.forEach((item, index) => {
      const place = this.keyedPlace(item, index, of, keys, spot)
      const twin = children.get(place.path)
      order.push(place.path)
      if (twin === undefined) children.set(place.path, place)
      // Of owner references that are equal throughout the API server keeps one.
      else if (
        keys.length > 0 &&
        !(spot.field === 'ownerReferences' && canonicalJson(twin.raw) === canonicalJson(place.raw))
      )
        children.set(place.path, { ...place, isDuplicate: true })
    })
    return { kind: 'branch', children: sorted(children), order: { items: order.join(), rule } }
  }

  private keyedPlace(item: unknown, index: number, of: FieldType, keys: readonly string[], list: Spot): Place {
    const place = { pointer: childPointer(list.pointer, index), raw: rawItem(list, index, item) }
    if (isContainer(of) || !isShared(place.raw)) return this.madeKeyed(item, of, keys, list, place)
    return placeOfValue(list.at, place.raw, this.contextOf(place), () => this.madeKeyed(item, of, keys, list, place))
  }

  private madeKeyed(
    item: unknown,
    of: FieldType,
    keys: readonly string[],
    list: Spot,
    place: Pick<Spot, 'pointer' | 'raw'>,
  ): Place {
    const { key, rules } = this.keyOf(item, of, keys, list)
    const spot = { ...place, at: itemNode(list.at, key), field: '', owner: ITEM }
    return this.madeItem(this.usualName(item, list), of, spot, rules)
  }

  private keyOf(
    item: unknown,
    of: FieldType,
    keys: readonly string[],
    { at, field }: Spot,
  ): { key: string; rules: string[] } {
    if (!isMap(item)) return { key: of.kind === 'quantity' ? String(quantityOf(item)) : scalarText(item), rules: [] }
    // A set of whole items: what the tree makes of an item is its key.
    if (keys.length === 0) return { key: this.wholeKey(item, of), rules: [] }
    const rawKey = keys.map((key) => `${key}=${scalarText(item[key])}`).join(',')
    const rules: string[] = []
    const parts = keys.map((key) => {
      const named = identify(fieldNode(itemNode(at, rawKey), key), scalarText(item[key]))
      rules.push(...named.rules)
      return `${key}=${this.main?.name === named.text && field === 'containers' ? this.main.as : named.text}`
    })
    return { key: parts.join(','), rules }
  }

  /** Spark's own container under the name it usually has. */
  private usualName(item: unknown, { field, owner }: Spot): unknown {
    const isMain = owner === 'PodSpec' && field === 'containers' && isMap(item) && item['name'] === this.main?.name
    return isMain ? { ...item, name: this.main?.as } : item
  }

  private isRenamed(value: unknown, { field, owner, raw }: Spot): boolean {
    return owner === 'Container' && field === 'name' && value === this.main?.as && raw !== value
  }

  private wholeKey(item: JsonMap, of: FieldType): string {
    const spot = { at: rootPath(), pointer: '', raw: item, field: '', owner: '' }
    const node = new TreeBuilder(new Map(), undefined, true).node(item, of, spot)
    return node === undefined ? '{}' : shortText(node)
  }

  private itemPlace(item: unknown, index: number, of: FieldType, at: PathNode, list: Spot, rules = NO_RULES): Place {
    const [pointer, raw] = [childPointer(list.pointer, index), rawItem(list, index, item)]
    const spot = { at, pointer, raw, field: '', owner: ITEM }
    if (isContainer(of) || !isShared(raw)) return this.madeItem(item, of, spot, rules)
    // Variables follow also from those before them.
    const context = list.field === 'env' && item !== raw ? stringifyExact(item) : this.isOnHost
    const key = `${pointer}\n${rules.join()}\n${context}`
    return placeOfValue(at, raw, key, () => this.madeItem(item, of, spot, rules))
  }

  private madeItem(item: unknown, of: FieldType, spot: Spot, rules: readonly string[]): Place {
    return this.place(spot, this.node(item, of, spot) ?? { kind: 'branch', children: new Map() }, rules)
  }

  private environment(items: unknown[], spot: Spot): Branch {
    const children = new Map<string, Place>()
    const of: FieldType = { kind: 'struct', name: 'EnvVar', atomic: false }
    const folded = foldEnvironment(items)
    for (const { name, entry, index, rules } of folded) {
      const place = this.itemPlace(entry, index, of, itemNode(spot.at, `name=${name}`), { ...spot, raw: items }, rules)
      children.set(place.path, place)
    }
    const options = this.options(items, spot)
    if (options !== undefined) children.set(options.path, options)
    const order = folded.map(({ name }) => name).join()
    return { kind: 'branch', children: sorted(children), order: { items: order, rule: ENVIRONMENT.reference.id } }
  }

  private options(items: unknown[], spot: Spot): Place | undefined {
    const options = javaOptions(items)
    if (options.length === 0) return undefined
    const list = itemNode(spot.at, 'name=SPARK_JAVA_OPT_*')
    const children = new Map<string, Place>()
    for (const found of options) {
      const item = items[found.index]
      const make = (): Place => this.option(found, list, spot)
      const place = isShared(item) ? placeOfValue(list, item, `${spot.pointer}/${found.index}`, make) : make()
      children.set(place.path, place)
    }
    const raw = options.map(({ option }) => option)
    return this.place({ ...spot, at: list, raw }, { kind: 'branch', children: sorted(children) }, [
      ENVIRONMENT.javaOptions.id,
    ])
  }

  private option({ option, index }: { option: string; index: number }, list: PathNode, spot: Spot): Place {
    const named = identify(fieldNode(list, 'value'), option)
    const leaf: Leaf = { kind: 'leaf', value: named.text, rules: [...named.rules, ENVIRONMENT.javaOptions.id] }
    const at = itemNode(list, shownOption(named.text))
    return this.place({ ...spot, at, pointer: `${spot.pointer}/${index}/value`, raw: option }, leaf)
  }

  private rulesAt({ pointer, raw }: Spot): readonly string[] {
    // Only what the pod has not, or has empty, was filled in.
    if (raw && raw !== '0') return NO_RULES
    const rule = this.defaulted.get(pointer)
    return rule === undefined ? NO_RULES : [rule]
  }
}

const NO_RULES: readonly string[] = []
