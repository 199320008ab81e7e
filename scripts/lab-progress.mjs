// Tells how far a Go build is: `go build -v` names each package as it is done.

const EVERY_MS = 15_000

/**
 * @param {string} name of the program
 * @param {number} total packages, those in Go's cache included, which are never named
 * @param {NodeJS.WriteStream} stream
 */
export function buildProgress(name, total, stream) {
  const started = Date.now()
  let done = 0
  let last = started
  const draw = () => {
    const seconds = (Date.now() - started) / 1000
    const left = done === 0 ? '' : `, at most ${duration((seconds / done) * (total - done))} to go`
    const text = `lab: ${name}: ${done} of ${total} packages${left}`
    stream.write(stream.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
    last = Date.now()
  }
  return {
    /** @param {string} line */
    line(line) {
      // Packages have no spaces; what has is a message, which the error tells if there is one.
      if (!/^\S+$/.test(line)) return
      done++
      if (Date.now() - last >= (stream.isTTY ? 200 : EVERY_MS)) draw()
    },
    end() {
      if (stream.isTTY) stream.write('\r\x1b[K')
    },
  }
}

/** @param {number} seconds */
function duration(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
}
