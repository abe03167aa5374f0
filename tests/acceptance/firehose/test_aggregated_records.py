"""Records that the Kinesis Producer Library packed arrive one by one."""
import hashlib
import time

from conftest import REGION, allow


def field(number, value):
    length, size = b'', len(value)
    while size >= 0x80:
        length, size = length + bytes([size & 0x7f | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + value


def aggregated(*texts):
    """As the library's wire format has it: mark, protobuf, MD5."""
    body = field(1, b'key') + b''.join(field(3, b'\x08\x00' + field(3, text)) for text in texts)
    return b'\xf3\x89\x9a\xc2' + body + hashlib.md5(body).digest()


def test_each_packed_record_is_delivered(aws):
    kinesis, s3 = aws('kinesis'), aws('s3')
    kinesis.create_stream(StreamName='stream', ShardCount=1)
    s3.create_bucket(Bucket='packed-records', CreateBucketConfiguration={'LocationConstraint': REGION})
    role = aws.role('firehose', 'firehose.amazonaws.com', allow('*'))
    arn = kinesis.describe_stream_summary(StreamName='stream')['StreamDescriptionSummary']['StreamARN']
    aws('firehose').create_delivery_stream(
        DeliveryStreamName='delivery', DeliveryStreamType='KinesisStreamAsSource',
        KinesisStreamSourceConfiguration={'KinesisStreamARN': arn, 'RoleARN': role},
        ExtendedS3DestinationConfiguration={'RoleARN': role, 'BucketARN': 'arn:aws:s3:::packed-records',
                                            'BufferingHints': {'IntervalInSeconds': 0, 'SizeInMBs': 1}})
    packed = aggregated(b'one;', b'two;', b'x' * 300 + b';')
    broken = packed[:-1] + bytes([packed[-1] ^ 1]) + b';'  # objects of one second come in any order: each ends with ;
    for data in (b'plain;', packed, broken, b'last;'):
        kinesis.put_record(StreamName='stream', PartitionKey='k', Data=data)
    found, deadline = b'', time.monotonic() + 60
    while b'last;' not in found and time.monotonic() < deadline:
        keys = sorted(item['Key'] for item in s3.list_objects_v2(Bucket='packed-records').get('Contents', []))
        found = b''.join(s3.get_object(Bucket='packed-records', Key=key)['Body'].read() for key in keys)
    assert sorted(found.split(b';')) == sorted(
        (b'plain;one;two;' + b'x' * 300 + b';' + broken + b'last;').split(b';'))
