"""What the pipeline map reads: by the second, and what waits in delivery streams."""
import datetime
import time

import pytest
import requests
from conftest import Aws, allow
from visits import with_key


@pytest.fixture
def pipeline(start_server):
    """Kinesis stream → delivery stream that holds its records for five minutes → bucket; answers a visit and clients."""
    server = start_server('--firehose-buffer-seconds', '300')
    aws = Aws(server, 'test')
    aws('s3').create_bucket(Bucket='backup', CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-1'})
    aws('kinesis').create_stream(StreamName='orders', ShardCount=2)
    role = aws.role('delivery', 'firehose.amazonaws.com', allow('*'))
    aws('firehose').create_delivery_stream(
        DeliveryStreamName='d', DeliveryStreamType='KinesisStreamAsSource',
        KinesisStreamSourceConfiguration={'KinesisStreamARN': 'arn:aws:kinesis:ap-northeast-1:000000000000:stream/orders',
                                          'RoleARN': role},
        ExtendedS3DestinationConfiguration={'RoleARN': role, 'BucketARN': 'arn:aws:s3:::backup'})
    return with_key(server, 'test'), aws


def curve(visit, space, metric, dimension, name, stat, period=1):
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    answer = visit.aws('cloudwatch', 'GetMetricData', {
        'StartTime': now - 120, 'EndTime': now + 1, 'ScanBy': 'TimestampAscending', 'MetricDataQueries': [{
            'Id': 'm', 'MetricStat': {'Metric': {'Namespace': space, 'MetricName': metric,
                                                 'Dimensions': [{'Name': dimension, 'Value': name}]},
                                      'Period': period, 'Stat': stat}}]})
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()['MetricDataResults']
    return list(zip(result['Timestamps'], result['Values']))


def until(read, wanted):
    deadline = time.monotonic() + 10
    while (found := read()) != wanted:
        assert time.monotonic() < deadline, f'{found} is not {wanted}'
    return found


def test_a_delivery_stream_tells_what_it_holds_until_it_is_delivered(pipeline):
    visit, aws = pipeline

    def held(metric='BufferedRecords', period=1):
        points = curve(visit, 'Standpipe', metric, 'DeliveryStreamName', 'd', 'Maximum', period)
        return points[-1][1] if points else None
    assert until(held, 0) == 0 == held('BufferedBytes'), 'from the beginning'
    aws('kinesis').put_records(StreamName='orders', Records=[{'Data': b'x' * 10, 'PartitionKey': str(n)} for n in range(9)])
    until(held, 9)
    assert held('BufferedBytes') == 90 and held(period=10) == 9, 'in all shards together'
    requests.post(aws.server.url + '/_standpipe/flush', auth=('test', 'test'), timeout=30).raise_for_status()

    def now_held():
        points = curve(visit, 'Standpipe', 'BufferedRecords', 'DeliveryStreamName', 'd', 'Minimum')
        return points[-1][1]
    until(now_held, 0)
    points = curve(visit, 'Standpipe', 'BufferedRecords', 'DeliveryStreamName', 'd', 'Maximum')
    times = [at for at, _ in points]
    assert times == [times[0] + n for n in range(len(times))], 'a gauge has a value in every second'


def test_streams_are_measured_by_the_second(pipeline):
    visit, aws = pipeline
    aws('kinesis').put_records(StreamName='orders', Records=[{'Data': b'x' * 10, 'PartitionKey': str(n)} for n in range(9)])
    for period in (1, 5, 10, 30, 60):
        points = curve(visit, 'AWS/Kinesis', 'IncomingRecords', 'StreamName', 'orders', 'Sum', period)
        assert sum(value for _, value in points) == 9 and all(at % period == 0 for at, _ in points), period
    assert sum(value for _, value in curve(visit, 'AWS/Kinesis', 'IncomingBytes', 'StreamName', 'orders', 'Sum')) == 90

    def read(metric):
        return sum(value for _, value in curve(visit, 'AWS/Firehose', metric, 'DeliveryStreamName', 'd', 'Sum'))
    until(lambda: read('DataReadFromKinesisStream.Records'), 9)
    assert curve(visit, 'AWS/Firehose', 'KinesisMillisBehindLatest', 'DeliveryStreamName', 'd', 'Maximum')
    requests.post(aws.server.url + '/_standpipe/flush', auth=('test', 'test'), timeout=30).raise_for_status()
    assert read('DeliveryToS3.Records') == 9
