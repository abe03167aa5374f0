"""Uploads in parts: create, upload, copy into, list, complete, abort."""
import base64
import hashlib
import os
import zlib

import pytest
from botocore.exceptions import ClientError
from conftest import REGION

PART = 5 << 20


@pytest.fixture
def s3(aws):
    return aws('s3', parameter_validation=False)


@pytest.fixture
def bucket(s3, account):
    name = f'parts-{account}'
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': REGION})
    return name


def refused(call, **arguments):
    """(status, code, the error's other members) that the call is refused with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer['ResponseMetadata']['HTTPStatusCode'], answer['Error']['Code'], answer['Error']


def begin(s3, bucket, key='k', **more):
    """The arguments that name a new upload."""
    return {'Bucket': bucket, 'Key': key, 'UploadId': s3.create_multipart_upload(Bucket=bucket, Key=key, **more)['UploadId']}


def upload(s3, target, *parts):
    """The list of parts to complete with."""
    return [{'PartNumber': number, 'ETag': s3.upload_part(**target, PartNumber=number, Body=data)['ETag']}
            for number, data in parts]


def complete(s3, target, parts, **more):
    return s3.complete_multipart_upload(**target, MultipartUpload={'Parts': parts}, **more)


def test_parts_become_an_object(s3, bucket):
    one, two = os.urandom(PART), b'the end'
    target = begin(s3, bucket, ContentType='text/plain', Metadata={'m': '1'})
    parts = upload(s3, target, (7, two), (2, b'replaced'), (2, one))
    parts = sorted(parts[0:1] + parts[2:], key=lambda part: part['PartNumber'])
    assert refused(s3.head_object, Bucket=bucket, Key='k')[0] == 404
    answer = complete(s3, target, parts)
    wanted = hashlib.md5(hashlib.md5(one).digest() + hashlib.md5(two).digest()).hexdigest()
    assert answer['ETag'] == f'"{wanted}-2"' and answer['Bucket'] == bucket and answer['Key'] == 'k' and answer['Location']
    assert complete(s3, target, parts)['ETag'] == answer['ETag']  # asked again, answered again
    got = s3.get_object(Bucket=bucket, Key='k')
    assert got['Body'].read() == one + two and got['ContentType'] == 'text/plain' and got['Metadata'] == {'m': '1'}
    across = s3.get_object(Bucket=bucket, Key='k', Range=f'bytes={PART - 3}-{PART + 2}')['Body'].read()
    assert across == one[-3:] + two[:3]
    second = s3.get_object(Bucket=bucket, Key='k', PartNumber=2)
    assert second['Body'].read() == two and second['PartsCount'] == 2
    assert second['ContentRange'] == f'bytes {PART}-{PART + 6}/{PART + 7}'
    status, code, error = refused(s3.get_object, Bucket=bucket, Key='k', PartNumber=3)
    assert (status, code, error['ActualPartCount']) == (416, 'InvalidPartNumber', '2')
    assert s3.list_multipart_uploads(Bucket=bucket).get('Uploads', []) == []


def test_refused_completions(s3, bucket):
    target = begin(s3, bucket)
    parts = upload(s3, target, (1, b'small'), (2, b'end'))
    status, code, error = refused(complete, s3=s3, target=target, parts=parts)
    assert (status, code) == (400, 'EntityTooSmall')
    assert (error['ProposedSize'], error['MinSizeAllowed'], error['PartNumber']) == ('5', str(PART), '1')
    assert refused(complete, s3=s3, target=target, parts=parts[::-1])[:2] == (400, 'InvalidPartOrder')
    assert refused(complete, s3=s3, target=target, parts=[parts[0], parts[0]])[:2] == (400, 'InvalidPartOrder')
    status, code, error = refused(complete, s3=s3, target=target, parts=[{'PartNumber': 3, 'ETag': parts[0]['ETag']}])
    assert (status, code, error['PartNumber'], error['UploadId']) == (400, 'InvalidPart', '3', target['UploadId'])
    assert refused(complete, s3=s3, target=target, parts=[{'PartNumber': 2, 'ETag': parts[0]['ETag']}])[:2] == (400, 'InvalidPart')
    assert refused(complete, s3=s3, target=target, parts=[])[:2] == (400, 'MalformedXML')
    assert refused(complete, s3=s3, target=target, parts=parts[1:], MpuObjectSize=77)[:2] == (400, 'InvalidRequest')
    complete(s3, target, parts[1:], MpuObjectSize=3)
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == b'end'


def test_refused_parts(s3, bucket):
    target = begin(s3, bucket)
    for number in (0, 10_001):
        status, code, error = refused(s3.upload_part, **target, PartNumber=number, Body=b'x')
        assert (status, code, error['ArgumentName']) == (400, 'InvalidArgument', 'partNumber')
    upload(s3, target, (10_000, b'x'))
    assert refused(s3.upload_part, **target, PartNumber=1, Body=b'x', ContentMD5=base64.b64encode(b'\0' * 16).decode())[1] == 'BadDigest'
    assert refused(s3.upload_part, **target | {'Key': 'other'}, PartNumber=1, Body=b'x')[:2] == (404, 'NoSuchUpload')
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key='k' * 1025)[:2] == (400, 'KeyTooLongError')


@pytest.mark.parametrize('upload_id', ['missing', '../..', 'a/b', ''])
def test_missing_uploads(s3, bucket, upload_id):
    target = {'Bucket': bucket, 'Key': 'k', 'UploadId': upload_id}
    calls = [(s3.upload_part, {'PartNumber': 1, 'Body': b'x'}), (s3.list_parts, {}), (s3.abort_multipart_upload, {}),
             (s3.complete_multipart_upload, {'MultipartUpload': {'Parts': [{'PartNumber': 1, 'ETag': 'x'}]}}),
             (s3.upload_part_copy, {'PartNumber': 1, 'CopySource': f'{bucket}/k'})]
    for call, more in calls:
        assert refused(call, **target, **more)[:2] == (404, 'NoSuchUpload')


def test_abort(s3, bucket):
    target = begin(s3, bucket)
    parts = upload(s3, target, (1, b'x'))
    assert s3.abort_multipart_upload(**target)['ResponseMetadata']['HTTPStatusCode'] == 204
    assert refused(s3.abort_multipart_upload, **target)[:2] == (404, 'NoSuchUpload')
    assert refused(complete, s3=s3, target=target, parts=parts)[:2] == (404, 'NoSuchUpload')
    assert refused(s3.head_object, Bucket=bucket, Key='k')[0] == 404


def test_part_copies(s3, bucket):
    data = os.urandom(PART + 10)
    etag = s3.put_object(Bucket=bucket, Key='from', Body=data)['ETag']
    source = {'Bucket': bucket, 'Key': 'from'}
    target = begin(s3, bucket, 'to')
    parts = []
    for number, asked in ((1, f'bytes=0-{PART - 1}'), (2, f'bytes={PART}-{PART + 9}')):
        answer = s3.upload_part_copy(**target, PartNumber=number, CopySource=source, CopySourceRange=asked)
        parts.append({'PartNumber': number, 'ETag': answer['CopyPartResult']['ETag']})
    whole = s3.upload_part_copy(**target, PartNumber=3, CopySource=source, CopySourceIfMatch=etag)['CopyPartResult']['ETag']
    assert whole == etag
    complete(s3, target, parts)
    assert s3.get_object(Bucket=bucket, Key='to')['Body'].read() == data
    target = begin(s3, bucket, 'to')

    def copy(**more):
        return refused(s3.upload_part_copy, **{**target, 'PartNumber': 1, 'CopySource': source, **more})[:2]
    for bad in ('bytes=0-', 'bytes=5-1', 'nonsense', f'bytes=0-{PART + 10}'):
        assert copy(CopySourceRange=bad) == (400, 'InvalidArgument')
    assert copy(CopySourceIfMatch='"other"') == (412, 'PreconditionFailed')
    assert copy(CopySource={'Bucket': bucket, 'Key': 'missing'}) == (404, 'NoSuchKey')
    assert copy(PartNumber=10_001) == (400, 'InvalidArgument')


def test_list_parts(s3, bucket):
    target = begin(s3, bucket)
    upload(s3, target, *((number, b'x' * number) for number in (1, 3, 5, 9)))
    whole = s3.list_parts(**target)
    assert [(part['PartNumber'], part['Size']) for part in whole['Parts']] == [(1, 1), (3, 3), (5, 5), (9, 9)]
    assert whole['IsTruncated'] is False and whole['Initiator']['ID'] and whole['StorageClass'] == 'STANDARD'
    page = s3.list_parts(**target, MaxParts=2)
    assert page['IsTruncated'] is True and page['NextPartNumberMarker'] == 3
    rest = s3.list_parts(**target, PartNumberMarker=page['NextPartNumberMarker'])
    assert [part['PartNumber'] for part in rest['Parts']] == [5, 9]


def test_list_uploads(s3, bucket):
    made = sorted((key, begin(s3, bucket, key)['UploadId']) for key in ('a', 'a', 'b/1', 'b/2', 'ü'))
    answer = s3.list_multipart_uploads(Bucket=bucket)
    assert sorted((one['Key'], one['UploadId']) for one in answer['Uploads']) == made and answer['IsTruncated'] is False
    assert [one['Key'] for one in answer['Uploads']] == ['a', 'a', 'b/1', 'b/2', 'ü']
    assert [one['Key'] for one in s3.list_multipart_uploads(Bucket=bucket, Prefix='b/')['Uploads']] == ['b/1', 'b/2']
    rolled = s3.list_multipart_uploads(Bucket=bucket, Delimiter='/')
    assert [one['Key'] for one in rolled['Uploads']] == ['a', 'a', 'ü'] and rolled['CommonPrefixes'] == [{'Prefix': 'b/'}]
    pages = list(s3.get_paginator('list_multipart_uploads').paginate(Bucket=bucket, PaginationConfig={'PageSize': 2}))
    assert [one['Key'] for page in pages for one in page['Uploads']] == ['a', 'a', 'b/1', 'b/2', 'ü']
    s3.delete_bucket(Bucket=bucket)  # uploads that were never completed do not hold a bucket


@pytest.mark.parametrize('algorithm, kind', [('CRC32', 'COMPOSITE'), ('CRC32', 'FULL_OBJECT'), ('SHA256', 'COMPOSITE')])
def test_checksums(s3, bucket, algorithm, kind):
    one, two = os.urandom(PART), b'the end'
    digest = (lambda data: zlib.crc32(data).to_bytes(4)) if algorithm == 'CRC32' else lambda data: hashlib.sha256(data).digest()
    member = f'Checksum{algorithm}'
    target = begin(s3, bucket, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    parts = []
    for number, data in ((1, one), (2, two)):
        answer = s3.upload_part(**target, PartNumber=number, Body=data, ChecksumAlgorithm=algorithm)
        assert answer[member] == base64.b64encode(digest(data)).decode()
        parts.append({'PartNumber': number, 'ETag': answer['ETag'], member: answer[member]})
    assert [part[member] for part in s3.list_parts(**target)['Parts']] == [part[member] for part in parts]
    wrong = [parts[0], parts[1] | {member: parts[0][member]}]
    assert refused(complete, s3=s3, target=target, parts=wrong)[:2] == (400, 'InvalidPart')
    answer = complete(s3, target, parts)
    wanted = digest(one + two) if kind == 'FULL_OBJECT' else digest(digest(one) + digest(two))
    shown = base64.b64encode(wanted).decode() + ('' if kind == 'FULL_OBJECT' else '-2')
    head = s3.head_object(Bucket=bucket, Key='k', ChecksumMode='ENABLED')
    assert answer[member] == head[member] == shown and answer['ChecksumType'] == head['ChecksumType'] == kind


def test_refused_checksums(s3, bucket):
    def create(**more):
        return refused(s3.create_multipart_upload, Bucket=bucket, Key='k', **more)
    status, code, error = create(ChecksumAlgorithm='SHA256', ChecksumType='FULL_OBJECT')
    assert (status, code) == (400, 'InvalidRequest')
    assert error['Message'] == 'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.'
    assert create(ChecksumAlgorithm='CRC64NVME', ChecksumType='COMPOSITE')[:2] == (400, 'InvalidRequest')
    target = begin(s3, bucket, ChecksumAlgorithm='SHA256')
    assert refused(s3.upload_part, **target, PartNumber=1, Body=b'x', ChecksumAlgorithm='SHA1')[:2] == (400, 'InvalidRequest')


def test_conditions(s3, bucket):
    target = begin(s3, bucket)
    parts = upload(s3, target, (1, b'new'))
    s3.put_object(Bucket=bucket, Key='k', Body=b'old')
    assert refused(complete, s3=s3, target=target, parts=parts, IfNoneMatch='*')[:2] == (412, 'PreconditionFailed')
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == b'old'
    complete(s3, target, parts, IfMatch=s3.head_object(Bucket=bucket, Key='k')['ETag'])
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == b'new'
