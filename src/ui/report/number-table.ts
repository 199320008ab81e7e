/** The table that stands under a picture with the same numbers, folded until it is asked for. */
import { type Content, html, type Markup } from './html.ts'

export interface NumberTable {
  /** What the fold says: `Numbers by queue`. */
  summary: string
  caption: string
  columns: readonly { head: string; numeric?: boolean }[]
  /** The first cell of a row is its heading. */
  rows: readonly (readonly Content[])[]
  open?: boolean
}

export function numberTable({ summary, caption, columns, rows, open }: NumberTable): Markup {
  const heads = columns.map(
    ({ head, numeric }) => html`<th scope="col" ${numeric === true && html` class="n"`}>${head}</th>`,
  )
  // A mark on the table rather than on each cell: long tables are nothing but figures.
  const allNumeric = columns.slice(1).every(({ numeric }) => numeric === true)
  const isMarked = columns.map(({ numeric }) => numeric === true && !allNumeric)
  const lines = rows.map(
    (cells) =>
      html`<tr>
        ${cells.map((cell, index) => tableCell(cell, isMarked[index] === true, index))}
      </tr>`,
  )
  return html`<details class="numbers" ${open === true && html` open`}>
    <summary>${summary}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="${summary}">
      <table${allNumeric && html` class="figures"`}>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${lines.map((line) => html`${line} `)}
        </tbody>
      </table>
    </div>
  </details>`
}

function tableCell(cell: Content, isMarked: boolean, index: number): Markup {
  if (index === 0) return html`<th scope="row">${cell}</th>`
  return isMarked ? html`<td class="n">${cell}</td>` : html`<td>${cell}</td>`
}
