/**
 * What the page does beyond standing there: a line that follows the pointer, or the slider, through all pictures of
 * usage over time, and the figures at that moment. Without it nothing is lost: the tables have the same figures.
 */
export const PAGE_SCRIPT = `'use strict'
const report = JSON.parse(document.getElementById('report-data').textContent)
const section = document.querySelector('.over-time')
const edges = report.edges.map((edge) => Number(edge) / 1e9)
const first = edges[0]
const last = edges[edges.length - 1]
const moment = section.querySelector('.moment')
const slider = moment.querySelector('input')
const said = moment.querySelector('output')
const decimals = (value) => (value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3)
const text = (value) => (value === 0 ? '0' : Number(value.toFixed(decimals(value))).toLocaleString('en', { maximumFractionDigits: 3 }))
const iso = (seconds) => new Date(seconds * 1000).toISOString()
const oneDay = iso(first).slice(0, 10) === iso(last).slice(0, 10)
const clock = (seconds) => (oneDay ? iso(seconds).slice(11, 19) : iso(seconds).slice(0, 16).replace('T', ' '))

function meanAt(panel, bucket) {
  const resource = report.resources[Number(panel.dataset.resource)]
  const slot = Number(panel.dataset.slot)
  const series = (slot < 0 ? report.all : report.queues[slot]).series[Number(panel.dataset.resource)]
  const unit = Number(resource.perUnit) * (edges[bucket + 1] - edges[bucket])
  const least = text(Number(series.lower[bucket]) / unit)
  const most = text(Number(series.upper[bucket]) / unit)
  return (least === most ? least : least + ' – ' + most) + ' ' + resource.unit
}

function show(bucket) {
  const x = ((edges[bucket] + edges[bucket + 1]) / 2 - first) / (last - first)
  for (const panel of section.querySelectorAll('.panel')) {
    panel.querySelector('.at').textContent = meanAt(panel, bucket)
    panel.classList.add('reading')
    const line = panel.querySelector('.cursor')
    line.setAttribute('x1', x * 100 + '%')
    line.setAttribute('x2', x * 100 + '%')
  }
  const when = clock(edges[bucket]) + ' to ' + clock(edges[bucket + 1]) + ' UTC'
  said.textContent = when
  slider.value = String(bucket)
  slider.setAttribute('aria-valuetext', when + ': ' + visibleMean())
}

function visibleMean() {
  const whole = [...section.querySelectorAll('.panel.whole')].find((panel) => panel.offsetParent !== null)
  return whole ? whole.querySelector('.at').textContent : ''
}

function hide() {
  for (const panel of section.querySelectorAll('.panel')) panel.classList.remove('reading')
  said.textContent = ''
}

function bucketAt(fraction) {
  const at = first + fraction * (last - first)
  let low = 0
  let high = edges.length - 2
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (edges[middle] <= at) low = middle
    else high = middle - 1
  }
  return low
}

for (const plot of section.querySelectorAll('.plot')) {
  plot.addEventListener('pointermove', (event) => {
    const box = plot.getBoundingClientRect()
    show(bucketAt(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1)))
  })
  plot.addEventListener('pointerleave', () => { if (document.activeElement !== slider) hide() })
}
slider.addEventListener('input', () => show(Number(slider.value)))
slider.addEventListener('blur', hide)
moment.hidden = false
addEventListener('beforeprint', () => { for (const fold of document.querySelectorAll('details')) fold.open = true })
`
