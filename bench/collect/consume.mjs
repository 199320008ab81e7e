// A plain consumer: counts the messages of a topic and their bytes, as `kcat -C -e | wc` does, by the client that we use.
//   node bench/collect/consume.mjs HOST:PORT TOPIC
import { Consumer, MessagesStreamModes } from '@platformatic/kafka'

const [broker = '', topic = ''] = process.argv.slice(2)
const consumer = new Consumer({ clientId: 'bench', groupId: `bench-${process.pid}`, bootstrapBrokers: [broker] })
const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? []
const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false })
const total = ends.reduce((sum, end) => sum + Number(end), 0)
let messages = 0
let bytes = 0
for await (const { value } of stream) {
  bytes += value.length
  if (++messages >= total) break
}
console.log(`${messages} ${bytes}`)
process.exit(0)
