"""Buckets, objects, conditions, ranges, copies, checksums and the ways in: path, virtual host, presigned, command line."""
import base64
import datetime
import hashlib
import http.client
import os
import subprocess
import time
import urllib.parse
import zlib

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from conftest import REGION, ROOT

LOCATION = {'LocationConstraint': REGION}


@pytest.fixture
def s3(aws):
    return aws('s3', parameter_validation=False)


@pytest.fixture
def bucket(s3, account):
    name = f'objects-{account}'
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=LOCATION)
    return name


def refused(call, **arguments):
    """(status, code, the error's other members) that the call is refused with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer['ResponseMetadata']['HTTPStatusCode'], answer['Error']['Code'], answer['Error']


def body(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)['Body'].read()


# Buckets

def test_bucket_life(s3, account):
    name = f'life-{account}'
    made = s3.create_bucket(Bucket=name, CreateBucketConfiguration=LOCATION)
    assert made['Location'] == f'http://{name}.s3.amazonaws.com/'
    assert s3.head_bucket(Bucket=name)['BucketRegion'] == REGION
    assert s3.get_bucket_location(Bucket=name)['LocationConstraint'] == REGION
    listed = s3.list_buckets()
    assert [one['Name'] for one in listed['Buckets']] == [name] and listed['Owner']['ID']
    assert abs(listed['Buckets'][0]['CreationDate'].timestamp() - time.time()) < 60
    assert refused(s3.create_bucket, Bucket=name, CreateBucketConfiguration=LOCATION)[:2] == (409, 'BucketAlreadyOwnedByYou')
    s3.put_object(Bucket=name, Key='k')
    status, code, error = refused(s3.delete_bucket, Bucket=name)
    assert (status, code, error['BucketName']) == (409, 'BucketNotEmpty', name)
    s3.delete_object(Bucket=name, Key='k')
    s3.delete_bucket(Bucket=name)
    assert refused(s3.head_bucket, Bucket=name)[:2] == (404, '404')
    assert s3.list_buckets()['Buckets'] == []


def test_list_buckets_in_pages(s3, account):
    names = [f'page-{account}-{number}' for number in range(5)]
    for name in names:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=LOCATION)
    pages = list(s3.get_paginator('list_buckets').paginate(PaginationConfig={'PageSize': 2}))
    assert [one['Name'] for page in pages for one in page['Buckets']] == names and len(pages) == 3
    assert [one['Name'] for one in s3.list_buckets(Prefix=names[3])['Buckets']] == names[3:4]
    assert refused(s3.list_buckets, ContinuationToken='?!')[1] == 'InvalidArgument'


@pytest.mark.parametrize('name', ['ab', 'a' * 64, 'Upper-case', 'under_score', '192.168.5.4', 'a..b', '-begins', 'ends-',
                                  'xn--puny', 'some-s3alias'])
def test_bucket_names(server, account, name):
    # The client itself would not send these.
    answer = signed(server, account, 'PUT', f'/{name}', data=configuration())
    assert answer.status == 400 and b'<Code>InvalidBucketName</Code>' in answer.content


def test_bucket_regions(s3, aws, account):
    assert refused(s3.create_bucket, Bucket=f'r-{account}')[:2] == (400, 'IllegalLocationConstraintException')
    status, code, _ = refused(s3.create_bucket, Bucket=f'r-{account}', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
    assert (status, code) == (400, 'IllegalLocationConstraintException')
    virginia = aws('s3', region='us-east-1')
    for _ in range(2):  # there alone, again is no error
        assert virginia.create_bucket(Bucket=f'r-{account}')['Location'] == f'/r-{account}'
    assert virginia.get_bucket_location(Bucket=f'r-{account}')['LocationConstraint'] is None


def test_bucket_of_another_account(s3, bucket, server):
    other = server.client('s3', key='100000000088')
    assert refused(other.create_bucket, Bucket=bucket, CreateBucketConfiguration=LOCATION)[:2] == (409, 'BucketAlreadyExists')
    assert refused(other.get_object, Bucket=bucket, Key='k')[:2] == (403, 'AccessDenied')
    assert refused(other.put_object, Bucket=bucket, Key='k')[:2] == (403, 'AccessDenied')
    assert refused(other.list_objects_v2, Bucket=bucket)[:2] == (403, 'AccessDenied')
    assert refused(s3.list_objects_v2, Bucket=bucket, ExpectedBucketOwner='100000000088')[:2] == (403, 'AccessDenied')


@pytest.mark.parametrize('operation, arguments', [
    ('delete_bucket', {}), ('get_bucket_location', {}), ('list_objects', {}), ('list_objects_v2', {}),
    ('put_object', {'Key': 'k'}), ('get_object', {'Key': 'k'}), ('delete_object', {'Key': 'k'}),
    ('delete_objects', {'Delete': {'Objects': [{'Key': 'k'}]}}), ('create_multipart_upload', {'Key': 'k'}),
    ('list_multipart_uploads', {}), ('upload_part', {'Key': 'k', 'UploadId': 'u', 'PartNumber': 1}),
    ('complete_multipart_upload', {'Key': 'k', 'UploadId': 'u', 'MultipartUpload': {'Parts': [{'PartNumber': 1, 'ETag': 'e'}]}}),
    ('abort_multipart_upload', {'Key': 'k', 'UploadId': 'u'}), ('list_parts', {'Key': 'k', 'UploadId': 'u'}),
    ('copy_object', {'Key': 'k', 'CopySource': 'some/key'}),
    ('upload_part_copy', {'Key': 'k', 'CopySource': 'some/key', 'UploadId': 'u', 'PartNumber': 1})])
def test_missing_bucket(s3, account, operation, arguments):
    status, code, error = refused(getattr(s3, operation), Bucket=f'missing-{account}', **arguments)
    assert (status, code, error['Message']) == (404, 'NoSuchBucket', 'The specified bucket does not exist')
    assert error['BucketName'] == f'missing-{account}'


# Objects

def test_put_get_head_delete(s3, bucket):
    data = 'grüße'.encode()
    etag = f'"{hashlib.md5(data).hexdigest()}"'
    assert s3.put_object(Bucket=bucket, Key='k', Body=data)['ETag'] == etag
    answer = s3.get_object(Bucket=bucket, Key='k')
    assert answer['Body'].read() == data and answer['ETag'] == etag and answer['ContentType'] == 'binary/octet-stream'
    assert answer['AcceptRanges'] == 'bytes' and answer['Metadata'] == {} and answer['ContentLength'] == len(data)
    head = s3.head_object(Bucket=bucket, Key='k')
    assert head['ContentLength'] == len(data) and head['ETag'] == etag
    assert abs(head['LastModified'].timestamp() - time.time()) < 60
    s3.put_object(Bucket=bucket, Key='k', Body=b'')
    assert body(s3, bucket, 'k') == b''
    assert s3.delete_object(Bucket=bucket, Key='k')['ResponseMetadata']['HTTPStatusCode'] == 204
    assert s3.delete_object(Bucket=bucket, Key='k')['ResponseMetadata']['HTTPStatusCode'] == 204
    status, code, error = refused(s3.get_object, Bucket=bucket, Key='k')
    assert (status, code, error['Message'], error['Key']) == (404, 'NoSuchKey', 'The specified key does not exist.', 'k')
    assert refused(s3.head_object, Bucket=bucket, Key='k')[:2] == (404, '404')


def test_described_objects(s3, bucket):
    expires = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    described = {'CacheControl': 'no-cache', 'ContentDisposition': 'inline', 'ContentEncoding': 'gzip',
                 'ContentLanguage': 'de', 'ContentType': 'text/plain; charset=utf-8', 'Metadata': {'one': '1', 'two': 'a b'}}
    s3.put_object(Bucket=bucket, Key='k', Body=b'x', Expires=expires, **described)
    for answer in (s3.get_object(Bucket=bucket, Key='k'), s3.head_object(Bucket=bucket, Key='k')):
        assert {name: answer[name] for name in described} == described
        assert answer['ExpiresString'] == 'Wed, 02 Jan 2030 03:04:05 GMT'
    other = s3.get_object(Bucket=bucket, Key='k', ResponseContentType='text/html', ResponseCacheControl='private')
    assert other['ContentType'] == 'text/html' and other['CacheControl'] == 'private'


def test_refused_puts(s3, bucket):
    def put(**arguments):
        return refused(s3.put_object, **{'Bucket': bucket, 'Key': 'k', 'Body': b'x'} | arguments)
    status, code, error = put(Key='k' * 1025)
    assert (status, code, error['MaxSizeAllowed'], error['Size']) == (400, 'KeyTooLongError', '1024', '1025')
    assert put(Metadata={'m': 'x' * 2048})[:2] == (400, 'MetadataTooLarge')
    assert put(ContentMD5='nonsense')[:2] == (400, 'InvalidDigest')
    assert put(ContentMD5=base64.b64encode(b'\0' * 16).decode())[:2] == (400, 'BadDigest')
    assert put(ACL='public-read')[0] in {400, 501}
    assert put(StorageClass='GLACIER')[0] in {400, 501}
    assert put(Tagging='a=b')[:2] == (501, 'NotImplemented')
    assert s3.list_objects_v2(Bucket=bucket)['KeyCount'] == 0


HOSTILE = ['../escape', 'a/../../b', '/leading', '//', 'a//b', 'a/', '.', '..', './x', 'ключ/日本語/😀', 'space in it', 'plus+sign',
           'per%cent', '%2e%2e/x', 'a?b=c&d', '#hash', 'new\nline', 'tab\t', 'quote"\'<>&', 'back\\slash', '~!*()', 'é' * 512,
           'k' * 1024, 'CON', '\u202eright to left']


def test_hostile_keys(s3, bucket):
    for number, key in enumerate(HOSTILE):
        s3.put_object(Bucket=bucket, Key=key, Body=str(number).encode())
    listed = [one['Key'] for page in s3.get_paginator('list_objects_v2').paginate(Bucket=bucket, PaginationConfig={'PageSize': 7})
              for one in page['Contents']]
    assert listed == sorted(HOSTILE, key=lambda key: key.encode())
    for number, key in enumerate(HOSTILE):
        assert body(s3, bucket, key) == str(number).encode(), key
    answer = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': key} for key in HOSTILE if key.isprintable()]})
    assert 'Errors' not in answer
    for key in HOSTILE:
        s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)['KeyCount'] == 0


# Conditions and ranges

def test_write_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key='k', Body=b'1', IfNoneMatch='*')['ETag']
    status, code, error = refused(s3.put_object, Bucket=bucket, Key='k', Body=b'2', IfNoneMatch='*')
    assert (status, code, error['Condition']) == (412, 'PreconditionFailed', 'If-None-Match')
    s3.put_object(Bucket=bucket, Key='k', Body=b'3', IfMatch=etag)
    status, code, error = refused(s3.put_object, Bucket=bucket, Key='k', Body=b'4', IfMatch=etag)
    assert (status, code, error['Condition']) == (412, 'PreconditionFailed', 'If-Match')
    assert refused(s3.put_object, Bucket=bucket, Key='missing', IfMatch=etag)[:2] == (404, 'NoSuchKey')
    status, code, error = refused(s3.put_object, Bucket=bucket, Key='k', IfNoneMatch=etag)
    assert (status, code) == (501, 'NotImplemented') and 'provided value of If-None-Match' in error['additionalMessage']
    assert refused(s3.put_object, Bucket=bucket, Key='k', IfNoneMatch='*', IfMatch=etag)[:2] == (501, 'NotImplemented')
    assert body(s3, bucket, 'k') == b'3'
    assert refused(s3.delete_object, Bucket=bucket, Key='k', IfMatch=etag)[:2] == (412, 'PreconditionFailed')
    s3.delete_object(Bucket=bucket, Key='k', IfMatch='*')


def test_read_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key='k', Body=b'x')['ETag']
    modified = s3.head_object(Bucket=bucket, Key='k')['LastModified']
    before, after = modified - datetime.timedelta(hours=1), modified + datetime.timedelta(seconds=1)
    for call in (s3.get_object, s3.head_object):
        def status(**conditions):
            return refused(call, Bucket=bucket, Key='k', **conditions)[0]
        for good in ({'IfMatch': etag}, {'IfMatch': '*'}, {'IfNoneMatch': '"other"'}, {'IfModifiedSince': before},
                     {'IfUnmodifiedSince': after}, {'IfMatch': etag, 'IfUnmodifiedSince': before},
                     {'IfNoneMatch': '"other"', 'IfModifiedSince': after}):
            assert call(Bucket=bucket, Key='k', **good)['ETag'] == etag
        assert status(IfMatch='"other"') == 412 and status(IfUnmodifiedSince=before) == 412
        assert status(IfNoneMatch=etag) == 304 and status(IfModifiedSince=modified) == 304
        assert status(IfNoneMatch='*') == 304


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key='k', Body=b'0123456789')
    for asked, wanted, shown in [('bytes=0-0', b'0', '0-0'), ('bytes=2-4', b'234', '2-4'), ('bytes=7-', b'789', '7-9'),
                                 ('bytes=-3', b'789', '7-9'), ('bytes=5-100', b'56789', '5-9'), ('bytes=-100', b'0123456789', '0-9')]:
        answer = s3.get_object(Bucket=bucket, Key='k', Range=asked)
        assert answer['Body'].read() == wanted and answer['ContentRange'] == f'bytes {shown}/10'
        assert answer['ResponseMetadata']['HTTPStatusCode'] == 206 and answer['ContentLength'] == len(wanted)
    for whole in ('bytes=5-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,3-4'):
        answer = s3.get_object(Bucket=bucket, Key='k', Range=whole)
        assert answer['Body'].read() == b'0123456789' and answer['ResponseMetadata']['HTTPStatusCode'] == 200
    for outside in ('bytes=10-', 'bytes=-0', 'bytes=99-100'):
        status, code, error = refused(s3.get_object, Bucket=bucket, Key='k', Range=outside)
        assert (status, code, error['ActualObjectSize'], error['RangeRequested']) == (416, 'InvalidRange', '10', outside)
    assert s3.head_object(Bucket=bucket, Key='k', Range='bytes=2-4')['ContentLength'] == 3
    assert refused(s3.get_object, Bucket=bucket, Key='k', Range='bytes=0-1', PartNumber=1)[:2] == (400, 'InvalidRequest')


# Copies

def test_copy(s3, bucket, account):
    s3.put_object(Bucket=bucket, Key='a b/ü+%', Body=b'data', ContentType='text/plain', Metadata={'m': '1'})
    source = {'Bucket': bucket, 'Key': 'a b/ü+%'}
    other = f'target-{account}'
    s3.create_bucket(Bucket=other, CreateBucketConfiguration=LOCATION)
    answer = s3.copy_object(Bucket=other, Key='copy', CopySource=source)
    assert answer['CopyObjectResult']['ETag'] == f'"{hashlib.md5(b"data").hexdigest()}"'
    copy = s3.get_object(Bucket=other, Key='copy')
    assert (copy['Body'].read(), copy['ContentType'], copy['Metadata']) == (b'data', 'text/plain', {'m': '1'})
    s3.copy_object(Bucket=other, Key='copy', CopySource=source, MetadataDirective='REPLACE', Metadata={'n': '2'})
    assert s3.head_object(Bucket=other, Key='copy')['Metadata'] == {'n': '2'}
    s3.delete_object(**source)
    assert body(s3, other, 'copy') == b'data'


def test_copy_onto_itself(s3, bucket):
    s3.put_object(Bucket=bucket, Key='k', Body=b'data')
    source = {'Bucket': bucket, 'Key': 'k'}
    status, code, error = refused(s3.copy_object, **source, CopySource=source)
    assert (status, code) == (400, 'InvalidRequest') and 'copy an object to itself' in error['Message']
    s3.copy_object(**source, CopySource=source, MetadataDirective='REPLACE', Metadata={'new': '1'})
    assert body(s3, bucket, 'k') == b'data' and s3.head_object(**source)['Metadata'] == {'new': '1'}


def test_refused_copies(s3, bucket, account):
    etag = s3.put_object(Bucket=bucket, Key='k', Body=b'data')['ETag']

    def copy(source={'Bucket': bucket, 'Key': 'k'}, **more):
        return refused(s3.copy_object, Bucket=bucket, Key='to', CopySource=source, **more)[:2]
    assert copy({'Bucket': bucket, 'Key': 'missing'}) == (404, 'NoSuchKey')
    assert copy({'Bucket': f'missing-{account}', 'Key': 'k'}) == (404, 'NoSuchBucket')
    assert copy('nokey') == (400, 'InvalidArgument')
    assert copy(CopySourceIfMatch='"other"') == (412, 'PreconditionFailed')
    assert copy(CopySourceIfNoneMatch=etag) == (412, 'PreconditionFailed')
    future = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    assert copy(CopySourceIfModifiedSince=future) == (412, 'PreconditionFailed')
    assert copy(CopySourceIfUnmodifiedSince=future - datetime.timedelta(days=1)) == (412, 'PreconditionFailed')
    s3.copy_object(Bucket=bucket, Key='to', CopySource=f'{bucket}/k', CopySourceIfMatch=etag)


# Delete many

def test_delete_many(s3, bucket):
    keys = [f'k{number:04}' for number in range(20)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key)
    answer = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': key} for key in keys[:10] + ['missing']]})
    assert sorted(one['Key'] for one in answer['Deleted']) == keys[:10] + ['missing'] and 'Errors' not in answer
    quiet = s3.delete_objects(Bucket=bucket, Delete={'Quiet': True, 'Objects': [{'Key': key} for key in keys[10:]]})
    assert 'Deleted' not in quiet and s3.list_objects_v2(Bucket=bucket)['KeyCount'] == 0
    etag = s3.put_object(Bucket=bucket, Key='e')['ETag']
    answer = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': 'e', 'ETag': '"other"'}]})
    assert [(one['Key'], one['Code']) for one in answer['Errors']] == [('e', 'PreconditionFailed')]
    assert s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': 'e', 'ETag': etag}]})['Deleted'] == [{'Key': 'e'}]
    for count in (0, 1001):
        assert refused(s3.delete_objects, Bucket=bucket, Delete={'Objects': [{'Key': 'k'}] * count})[:2] == (400, 'MalformedXML')


# Checksums

@pytest.mark.parametrize('algorithm', ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])
def test_checksums(s3, bucket, algorithm):
    known = {'CRC32': 'y/Q5Jg==', 'CRC32C': '4waSgw==', 'CRC64NVME': 'rosUhgp5mIg=',
             'SHA1': base64.b64encode(hashlib.sha1(b'123456789').digest()).decode(),
             'SHA256': base64.b64encode(hashlib.sha256(b'123456789').digest()).decode()}
    member = f'Checksum{algorithm}'
    answer = s3.put_object(Bucket=bucket, Key='k', Body=b'123456789', **{member: known[algorithm]})
    assert answer[member] == known[algorithm] and answer['ChecksumType'] == 'FULL_OBJECT'
    assert s3.get_object(Bucket=bucket, Key='k', ChecksumMode='ENABLED')[member] == known[algorithm]
    assert s3.head_object(Bucket=bucket, Key='k', ChecksumMode='ENABLED')[member] == known[algorithm]
    assert s3.list_objects_v2(Bucket=bucket)['Contents'][0]['ChecksumAlgorithm'] == [algorithm]
    status, code, error = refused(s3.put_object, Bucket=bucket, Key='k', Body=b'other', **{member: known[algorithm]})
    assert (status, code) == (400, 'BadDigest') and algorithm in error['Message']
    assert refused(s3.put_object, Bucket=bucket, Key='k', Body=b'x', **{member: 'eA=='})[:2] == (400, 'InvalidRequest')
    assert body(s3, bucket, 'k') == b'123456789'


def test_chunked_uploads_with_a_trailer(server, account, s3, bucket):
    data = os.urandom(300_000)
    s3.put_object(Bucket=bucket, Key='default', Body=data)  # as this client does by default
    head = s3.head_object(Bucket=bucket, Key='default', ChecksumMode='ENABLED')
    assert head['ChecksumCRC32'] == base64.b64encode(zlib.crc32(data).to_bytes(4)).decode()
    assert 'ContentEncoding' not in head and body(s3, bucket, 'default') == data

    def upload(trailer, text=data, declared=None, framing=b''):
        chunks = b''.join(b'%x\r\n%s\r\n' % (len(piece), piece) for piece in (text[at:at + 65536] for at in range(0, len(text), 65536)))
        return signed(server, account, 'PUT', f'/{bucket}/chunked', data=chunks + b'0\r\n' + trailer + b'\r\n' + framing, headers={
            'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'content-encoding': 'aws-chunked',
            'x-amz-decoded-content-length': str(declared or len(text)), 'x-amz-trailer': 'x-amz-checksum-crc32'})
    good = b'x-amz-checksum-crc32:' + base64.b64encode(zlib.crc32(data).to_bytes(4)) + b'\r\n'
    assert upload(good).status == 200 and body(s3, bucket, 'chunked') == data
    assert 'ContentEncoding' not in s3.head_object(Bucket=bucket, Key='chunked')
    bad = upload(b'x-amz-checksum-crc32:AAAAAA==\r\n')
    assert bad.status == 400 and b'<Code>BadDigest</Code>' in bad.content
    assert b'The CRC32 you specified did not match the calculated checksum.' in bad.content
    assert upload(b'nonsense\r\n').status == 400
    assert upload(b'x-amz-checksum-sha1:AAAA\r\n').status == 400
    short = upload(good, declared=len(data) + 5)
    assert short.status == 400 and b'<Code>IncompleteBody</Code>' in short.content
    assert body(s3, bucket, 'chunked') == data


# Ways in

class Answer:
    def __init__(self, response):
        self.status, self.headers, self.content = response.status, response.headers, response.read()


class Signer(S3SigV4Auth):
    """Signs the payload's hash that the request names, be it true or not."""

    def payload(self, request):
        return self.named or super().payload(request)

    def add_auth(self, request):
        self.named = request.headers.get('x-amz-content-sha256')
        super().add_auth(request)


def configuration():
    return f'<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>'.encode()


def signed(server, account, method, path, data=b'', headers=None, host=None, secret='test', later=None):
    """A request as no client would send it; `path` goes out as it is. `later` headers are not signed."""
    given = {'host': host or server.address, **(headers or {})}
    request = AWSRequest(method, f'http://{given["host"]}{path}', data=data, headers=given)
    Signer(Credentials(account, secret), 's3', REGION).add_auth(request)
    connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=30)
    connection.request(method, path, body=data, headers={**dict(request.headers), **(later or {})})
    return Answer(connection.getresponse())


@pytest.mark.parametrize('suffix', [f's3.{REGION}.amazonaws.com', 's3.amazonaws.com', 's3.localhost', f's3.dualstack.{REGION}.amazonaws.com'])
def test_virtual_hosts(server, account, s3, bucket, suffix):
    host = f'{bucket}.{suffix}'
    assert signed(server, account, 'PUT', '/dir/key%20x', b'data', host=host).status == 200
    answer = signed(server, account, 'GET', '/dir/key%20x', host=host)
    assert (answer.status, answer.content) == (200, b'data') and body(s3, bucket, 'dir/key x') == b'data'
    listing = signed(server, account, 'GET', '/?list-type=2', host=host)
    assert listing.status == 200 and b'<Key>dir/key x</Key>' in listing.content


def test_path_on_the_service_host(server, account, bucket):
    host = f's3.{REGION}.amazonaws.com'
    assert signed(server, account, 'PUT', f'/{bucket}/k', b'data', host=host).status == 200
    assert signed(server, account, 'GET', f'/{bucket}/k', host=host).content == b'data'


def test_signatures(server, account, bucket):
    wrong = signed(server, account, 'GET', f'/{bucket}', secret='wrong')
    assert wrong.status == 403 and b'<Code>SignatureDoesNotMatch</Code>' in wrong.content
    assert b'<StringToSign>AWS4-HMAC-SHA256' in wrong.content and b'<CanonicalRequest>GET' in wrong.content
    unsigned_header = signed(server, account, 'GET', f'/{bucket}', later={'x-amz-expected-bucket-owner': account})
    assert unsigned_header.status == 403 and b'<HeadersNotSigned>x-amz-expected-bucket-owner</HeadersNotSigned>' in unsigned_header.content
    changed = signed(server, account, 'PUT', f'/{bucket}/k', b'data', headers={'x-amz-content-sha256': hashlib.sha256(b'else').hexdigest()})
    assert changed.status == 400 and b'<Code>XAmzContentSHA256Mismatch</Code>' in changed.content
    invalid = signed(server, account, 'PUT', f'/{bucket}/k', b'data', headers={'x-amz-content-sha256': 'nonsense'})
    assert invalid.status == 400 and b'<Code>InvalidRequest</Code>' in invalid.content
    unknown = signed(server, 'AKIAUNKNOWNUNKNOWN00', 'GET', f'/{bucket}')
    assert unknown.status == 403 and b'<Code>InvalidAccessKeyId</Code>' in unknown.content


def test_presigned(server, aws, bucket):
    s3 = aws('s3', signature_version='s3v4')
    target = {'Bucket': bucket, 'Key': 'pre signed/ü'}
    put = s3.generate_presigned_url('put_object', Params={**target, 'ContentType': 'text/plain'})
    assert requests.put(put, data=b'data', headers={'content-type': 'text/plain'}, timeout=10).status_code == 200
    assert requests.put(put, data=b'data', headers={'content-type': 'text/html'}, timeout=10).status_code == 403
    get = s3.generate_presigned_url('get_object', Params={**target, 'ResponseContentType': 'text/html'}, ExpiresIn=60)
    answer = requests.get(get, timeout=10)
    assert answer.content == b'data' and answer.headers['content-type'] == 'text/html'
    assert requests.get(get, headers={'range': 'bytes=1-2'}, timeout=10).content == b'at'
    assert requests.get(get.replace('signed', 'Signed', 1), timeout=10).status_code == 403
    assert requests.head(get, timeout=10).status_code == 403  # signed for another method

    def error(url):
        answer = requests.get(url, timeout=10)
        return answer.status_code, answer.text.split('<Code>')[1].split('<')[0], answer.text.split('<Message>')[1].split('<')[0]
    assert error(get.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801'))[:2] == (400, 'AuthorizationQueryParametersError')
    assert error(get.replace('X-Amz-Expires=60', 'X-Amz-Expires=-1'))[2] == 'X-Amz-Expires must be non-negative'
    assert error(get.replace('X-Amz-Expires=60', 'X-Amz-Expires=x'))[2] == 'X-Amz-Expires should be a number'
    assert error(get.replace('&X-Amz-Expires=60', ''))[:2] == (400, 'AuthorizationQueryParametersError')
    assert error(expired(s3, target)) == (403, 'AccessDenied', 'Request has expired')


def expired(s3, target):
    """A URL signed two hours ago for one hour."""
    from botocore.auth import S3SigV4QueryAuth
    from unittest import mock
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=2)
    with mock.patch('botocore.auth.get_current_datetime', return_value=past, create=True):
        auth = S3SigV4QueryAuth(s3._request_signer._credentials, 's3', REGION, expires=3600)
        request = AWSRequest('GET', f'{s3.meta.endpoint_url}/{target["Bucket"]}/{urllib.parse.quote(target["Key"])}')
        auth.add_auth(request)
    return request.url


def test_large_objects(aws, s3, bucket, tmp_path):
    data = os.urandom(1 << 20) * 20
    source = tmp_path / 'large'
    source.write_bytes(data)
    s3.upload_file(str(source), bucket, 'large')
    assert s3.head_object(Bucket=bucket, Key='large')['ETag'].endswith('-3"')
    s3.download_file(bucket, 'large', str(tmp_path / 'back'))
    assert (tmp_path / 'back').read_bytes() == data


def test_command_line(server, account, bucket, s3, tmp_path):
    def run(*words):
        return subprocess.run([ROOT / 'build/venv/bin/aws', '--endpoint-url', server.url, '--region', REGION, 's3', *words],
                              capture_output=True, text=True, timeout=60, env={
                                  **os.environ, 'AWS_ACCESS_KEY_ID': account, 'AWS_SECRET_ACCESS_KEY': 'test'})
    (tmp_path / 'tree/deep').mkdir(parents=True)
    (tmp_path / 'tree/a.txt').write_text('a')
    (tmp_path / 'tree/deep/b c.txt').write_text('b')
    copied = run('cp', '--recursive', str(tmp_path / 'tree'), f's3://{bucket}/tree')
    assert copied.returncode == 0, copied.stderr
    assert s3.head_object(Bucket=bucket, Key='tree/a.txt')['ContentType'] == 'text/plain'
    listed = run('ls', f's3://{bucket}/tree/').stdout
    assert 'PRE deep/' in listed and '1 a.txt' in listed
    assert run('cp', f's3://{bucket}/tree/deep/b c.txt', '-').stdout == 'b'
    removed = run('rb', f's3://{bucket}')
    assert removed.returncode != 0 and '(BucketNotEmpty)' in removed.stderr
    assert run('rb', '--force', f's3://{bucket}').returncode == 0
    assert bucket not in run('ls').stdout
    assert '(404)' in run('cp', f's3://{bucket}/gone', '-').stderr
