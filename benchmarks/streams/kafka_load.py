"""Kafka under load by its own tools, for it does not speak Kinesis: one producer that waits for the synced
acknowledgement of every batch (acks=all), the records of the same sizes, four partitions.

Its batches are 512 KiB, about PutRecords × 500 of 1 KiB; where Kinesis has one record a call, a batch is one record.
"""
import re

from servers import kafka_java, run, serving

TOOLS = 'org.apache.kafka.tools.'
SENT = re.compile(r'(\d+) records sent, ([\d.]+) records/sec \(([\d.]+) MB/sec\).* (\d+) ms 50th, .* (\d+) ms 99th')
SEEN = re.compile(r'Percentiles: 50th = ([\d.]+), 99th = ([\d.]+)')
MIB = 2 ** 20 / 1e6


def tool(server, name, *arguments):
    return run(*kafka_java(), TOOLS + name, '--bootstrap-server', f'127.0.0.1:{server.port}', *arguments)


def produce(server, topic, size, records, throughput=-1, **properties):
    """(records/s, MB/s, p50 ms, p99 ms), the first tenth left out, in which Java warms up."""
    properties = {'acks': 'all', 'batch.size': 524288, 'linger.ms': 5, 'buffer.memory': 67108864, **properties}
    output = tool(server, 'ProducerPerformance', '--topic', topic, '--num-records', records, '--record-size', size,
                  '--throughput', throughput, '--warmup-records', records // 10,
                  '--command-property', *(f'{name}={value}' for name, value in properties.items()))
    found = SENT.findall(output)
    if not found:
        raise RuntimeError(f'ProducerPerformance said {output[-200:]!r}')
    _, rate, speed, half, most = found[-1]
    return float(rate), float(speed) * MIB, int(half), int(most)


def consume(server, topic, records):
    """MB/s from the beginning, without the time in which the group forms."""
    output = tool(server, 'ConsumerPerformance', '--topic', topic, '--num-records', records, '--hide-header')
    fields = [field.strip() for field in output.strip().splitlines()[-1].split(',')]
    if int(fields[4]) < records:
        raise RuntimeError(f'only {fields[4]} of {records} records were there')
    return float(fields[8]) * MIB


def put(server, topic, size, seconds, few=20000, **properties):
    """The text of a figure, and how many records stand in the topic after it; a few tell how many that will be."""
    tool(server, 'TopicCommand', '--create', '--topic', topic, '--partitions', 4, '--replication-factor', 1)
    guess = produce(server, topic, size, few, **properties)[0]
    records = max(few, int(guess * seconds))
    rate, speed, _, most = produce(server, topic, size, records, **properties)
    return f'{rate:,.0f}/s, {speed:.1f} MB/s, p99 {most} ms', few + records


def measure(name, seconds):
    """Rows as those of the Kinesis servers, as far as there is such a thing."""
    rows = []
    for size, label in ((100, '100 B'), (1024, '1 KiB'), (10240, '10 KiB')):
        with serving(name) as server:
            text, records = put(server, 'load', size, seconds, few=20480000 // max(size, 1024))
            rows.append((f'PutRecords × 500, {label}, 8 writers', text))
            if size == 1024:
                rows.append(('read from TRIM_HORIZON, 1 KiB', f'{consume(server, "load", records):.0f} MB/s'))
                rows.append(('resident memory after that', f'{server.resident_mib():.0f} MiB'))
    with serving(name) as server:
        text, _ = put(server, 'load', 1024, seconds, few=2000, **{'batch.size': 0, 'linger.ms': 0})
        rows.append(('PutRecord, 1 KiB, 16 writers', text))
        _, _, half, most = produce(server, 'load', 1024, int(200 * seconds), throughput=200, **{'linger.ms': 0})
        rows.append(('200 records/s: acknowledged', f'p50 {half}, p99 {most} ms'))
        output = tool(server, 'EndToEndLatency', '--topic', 'latency', '--num-records', int(200 * seconds),
                      '--producer-acks', 'all', '--record-size', 1024)
        seen = SEEN.search(output)
        rows.append(('200 records/s: seen by GetRecords', f'p50 {seen[1]}, p99 {seen[2]} ms' if seen else '–'))
    return rows
