/** A patch of a Go file that upstream rewrote, made to say the names that are there now. */
import { describe, expect, it } from 'vitest'
import { goConstants } from '../../../../src/domain/fork/go/go-source.ts'
import {
  declarationMoves,
  describeMoves,
  renameDeclarations,
} from '../../../../src/domain/fork/layout/renamed-declarations.ts'

const none = new Map<string, string>()

describe('declarations that upstream renamed', () => {
  const before = 'package a\n\nfunc getName(app App) string {\n\treturn app.getName + "x"\n}\n'

  it('are told where only the case of the first letter changed, and fields of the name stay', () => {
    const moves = declarationMoves(before, 'package b\n\nfunc GetName(app App) string { return "" }\n', none)
    expect(renameDeclarations(before, moves)).toBe(before.replace('func getName', 'func GetName'))
    expect(describeMoves(before, moves)).toBe('getName is GetName')
  })

  it('are left alone where the old name is still there, or the new one was there already', () => {
    const both = `${before}\nfunc GetName() {}\n`
    expect(declarationMoves(before, both, none).names.size).toBe(0)
    expect(declarationMoves(both, 'package a\n\nfunc GetName() {}\n', none).names.size).toBe(0)
  })

  it('follow a receiver to the type that has its methods, and what methods call it', () => {
    const old =
      'package a\n\nfunc (c *Controller) run(c2 int) {\n\tc.stop()\n\tx.c = T{c: c}\n}\n\nfunc (c *Controller) stop() {}\n'
    const now =
      'package a\n\nfunc (r *Reconciler) run() {}\n\nfunc (r *Reconciler) Stop() {}\n\nfunc (o *Other) x() {}\n'
    expect(renameDeclarations(old, declarationMoves(old, now, none))).toBe(
      'package a\n\nfunc (r *Reconciler) run(c2 int) {\n\tr.Stop()\n\tx.c = T{c: r}\n}\n\nfunc (r *Reconciler) Stop() {}\n',
    )
  })

  it('do not follow a receiver whose methods two types share, or none', () => {
    const old = 'package a\n\nfunc (c *C) a() {}\n\nfunc (c *C) b() {}\n'
    const two = 'package a\n\nfunc (d *D) a() {}\n\nfunc (d *D) b() {}\n\nfunc (e *E) a() {}\n\nfunc (e *E) b() {}\n'
    expect(declarationMoves(old, two, none).receivers).toEqual([])
    expect(declarationMoves(old, 'package a\n\nfunc (d *D) z() {}\n', none).receivers).toEqual([])
  })
})

describe('a typed constant', () => {
  it('is another than one of the same text and another type', () => {
    const source =
      'package a\n\nconst (\n\tDone AppState = "COMPLETED"\n\tEnded ExecutorState = "COMPLETED"\n\tPlain string = "x"\n)\n'
    expect([...goConstants([source])]).toEqual([
      ['Done', 'AppState("COMPLETED")'],
      ['Ended', 'ExecutorState("COMPLETED")'],
      ['Plain', 'x'],
    ])
  })
})
