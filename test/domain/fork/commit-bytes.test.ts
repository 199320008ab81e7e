/** A carried commit has the author, the dates, the encoding and the message of the old one, to the byte. */
import { describe, expect, it } from 'vitest'
import { parseCommit, subjectOf } from '../../../src/domain/fork/commit/raw-commit.ts'
import { move } from '../../support/fork/engine.ts'
import { type CommitOptions, newRepository, testDirectory } from '../../support/fork/repository.ts'

const directory = testDirectory()
let count = 0

const ADA = 'Ada <ada@acme.example>'
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

const ROWS: [name: string, options: CommitOptions & { headers?: string }][] = [
  ['lines that begin with # keep standing', { message: 'fix\n\n#1234 is the ticket\n# Not a comment\n' }],
  ['an empty message', { message: '' }],
  ['a message of line breaks', { message: '\n\n\n' }],
  ['no subject, only a body', { message: '\n\nbody\n' }],
  ['no line break at the end', { message: 'subject' }],
  ['blanks at line ends, tabs, and CRLF', { message: 'subject  \t\r\n\r\nbody \r\n\n\n\n' }],
  ['Latin-1 with its header', { message: latin1('r\xe9paration\n\n# d\xe9j\xe0 vu \n'), encoding: 'ISO-8859-1' }],
  ['bytes that are no UTF-8, without a header', { message: latin1('r\xe9paration\n') }],
  ['Shift_JIS with its header', { message: Buffer.from('93fa967b0a', 'hex'), encoding: 'Shift_JIS' }],
  ['escape sequences and direction marks', { message: 'a\u001b[31mred\u202e\u0007\n' }],
  ['a megabyte of message', { message: `subject\n\n${'0123456789abcde\n'.repeat(65_536)}` }],
  ['trailers, twice the same', { message: 's\n\nSigned-off-by: A <a@b>\nSigned-off-by: A <a@b>\nChange-Id: I1\n' }],
  ['a scissors line', { message: 's\n\n# ------------------------ >8 ------------------------\nafter\n' }],
  ['a diff in the message', { message: 's\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n' }],
  ['a name that is not ASCII', { author: '松本 行弘 <matz@acme.example>' }],
  ['a name in quotes', { author: '"Ada \\"L\\" Lovelace, Esq." <ada@acme.example>' }],
  ['no name at all', { author: ' <ada@acme.example>' }],
  ['no address', { author: 'Ada <>' }],
  ['a zone of half an hour', { author: ADA, date: '1500000000 +0530' }],
  ['a zone that is not known', { author: ADA, date: '1500000000 -0000' }],
  ['a zone that is not on the map', { author: ADA, date: '1500000000 +9959' }],
  ['the second of the epoch', { author: ADA, date: '0 +0000' }],
  ['a date after 2038', { author: ADA, date: '4102444800 -1130' }],
  ['a date after the year 9999', { author: ADA, date: '999999999999 +0000' }],
]

describe('a carried commit keeps', () => {
  it.each(ROWS)('%s', async (_name, options) => {
    const repository = newRepository(directory, `c${(count += 1)}`)
    const base = repository.commit('base', { f: '1\n2\n3\n4\n5\n' })
    repository.git('tag', 'v1.0.0')
    repository.commit('upstream', { f: 'one\n2\n3\n4\n5\n' })
    repository.git('tag', 'v2.0.0')
    repository.moveTo(base)
    const old = repository.commit('company', { f: '1\n2\n3\n4\nfive\n' }, options)
    const { run, proof } = await move(repository, 'v2.0.0')
    expect([run.status, run.steps[0]?.how]).toEqual(['finished', 'clean'])
    expect(withoutPlace(repository.gitBytes(['cat-file', 'commit', run.tip]))).toEqual(
      withoutPlace(repository.gitBytes(['cat-file', 'commit', old])),
    )
    expect([proof?.verdict, proof?.commits[0]?.class]).toEqual(['proven', 'identical'])
  })

  it('headers that it does not know, and leaves signatures of the old object behind', async () => {
    const repository = newRepository(directory, `c${(count += 1)}`)
    const base = repository.commit('base', { f: '1\n' })
    repository.git('tag', 'v1.0.0')
    repository.commit('upstream', { g: '1\n' })
    repository.git('tag', 'v2.0.0')
    repository.moveTo(base)
    const plain = repository.commit('company', { f: '2\n' })
    const raw = repository.gitBytes(['cat-file', 'commit', plain]).toString('latin1')
    const signature =
      'gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\nHG:extra amend_source:1\n and more\n'
    const signed = raw.replace(/\n\n/, `\n${signature}\n`)
    const oid = repository.gitBytes(['hash-object', '-t', 'commit', '-w', '--stdin'], latin1(signed)).toString().trim()
    repository.moveTo(oid)
    const { run, proof } = await move(repository, 'v2.0.0')
    const made = repository.gitBytes(['cat-file', 'commit', run.tip]).toString('latin1')
    expect(made).toContain('\nHG:extra amend_source:1\n and more\n\n')
    expect(made).not.toContain('gpgsig')
    expect([proof?.verdict, proof?.commits[0]?.wasSigned]).toEqual(['proven', true])
  })

  it('a message of bytes that hold a NUL, which git itself would cut', () => {
    const commit = parseCommit(Buffer.from('tree x\nauthor A <a> 0 +0000\ncommitter A <a> 0 +0000\n\na\0b\n', 'latin1'))
    expect(commit.message.toString('latin1')).toBe('a\0b\n')
    expect(subjectOf(commit)).toBe('a\0b')
  })
})

/** A commit's bytes but for its tree, parents and committer, which a move is there to change. */
function withoutPlace(raw: Buffer): string {
  const text = raw.toString('latin1')
  const end = text.indexOf('\n\n')
  const header = text
    .slice(0, end)
    .split('\n')
    .filter((line) => !/^(?:tree|parent|committer) /.test(line))
  return `${header.join('\n')}${text.slice(end)}`
}
