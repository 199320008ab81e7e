/**
 * What a project's CHANGELOG says of a pull request: under which heading it stands. Headings differ by project and by
 * year, and mis-file things, so this only ever adds to what the code shows.
 */

export type ChangelogHeading = 'breaking' | 'feature' | 'fix' | 'other'

export interface ChangelogEntry {
  pull: number
  heading: ChangelogHeading
  /** `v2.0.0`, the section it stands in. */
  release: string
  /** As the changelog puts it. */
  title: string
}

const RELEASE = /^## +\[?([^\]\s(]+)\]?/
const HEADING = /^#{2,4} +(.+?)\s*$/
const ITEM = /^\s*[-*] +(.*)$/
const PULL = /\(\[?#(\d+)\]?|\/pull\/(\d+)/

/** Reads a changelog in Markdown. The first mention of a pull request counts. */
export function readChangelog(text: string): Map<number, ChangelogEntry> {
  const found = new Map<number, ChangelogEntry>()
  let release = ''
  let heading: ChangelogHeading = 'other'
  for (const line of text.split('\n')) {
    const version = RELEASE.exec(line)
    const title = HEADING.exec(line)
    const item = ITEM.exec(line)
    if (version !== null && /\d/.test(version[1]!)) {
      release = version[1]!
      heading = 'other'
    } else if (title !== null) heading = headingOf(title[1]!)
    else if (item !== null) {
      const pull = PULL.exec(item[1]!)
      const number = Number(pull?.[1] ?? pull?.[2])
      if (pull === null || found.has(number)) continue
      found.set(number, { pull: number, heading, release, title: item[1]!.replace(/\s*\(\[?#\d+.*$/, '') })
    }
  }
  return found
}

function headingOf(title: string): ChangelogHeading {
  if (/breaking|removed|incompatible/i.test(title)) return 'breaking'
  if (/feature|added|enhancement|new\b/i.test(title)) return 'feature'
  if (/fix|bug/i.test(title)) return 'fix'
  return 'other'
}
