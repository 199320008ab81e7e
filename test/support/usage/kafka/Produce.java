import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Kafka's own producer, by commands on standard input: "send TOPIC PARTITION TIME KEY VALUE", where TIME "-" is now and a
 * VALUE "-" none; "begin", "commit" and "abort" of a transaction. Arguments are settings, as NAME=VALUE.
 */
public class Produce {
    public static void main(String[] settings) throws Exception {
        Properties properties = new Properties();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            properties.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            if (properties.containsKey("transactional.id")) producer.initTransactions();
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ", 6);
                if (words[0].equals("begin")) producer.beginTransaction();
                else if (words[0].equals("commit")) producer.commitTransaction();
                else if (words[0].equals("abort")) {
                    // What is not sent yet would never be there to be taken back.
                    producer.flush();
                    producer.abortTransaction();
                } else
                    producer.send(new ProducerRecord<>(words[1], Integer.valueOf(words[2]),
                            words[3].equals("-") ? null : Long.valueOf(words[3]), words[4],
                            words[5].equals("-") ? null : words[5]));
            }
            producer.flush();
        }
    }
}
