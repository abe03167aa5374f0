"""ListObjects, ListObjectsV2: order, prefixes, delimiters, pages."""
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from botocore.exceptions import ClientError
from conftest import REGION, Aws

KEYS = ['a', 'a/1', 'a/2', 'a/deep/1', 'a/deep/2', 'b/1', 'b0', 'c', 'ä/1', 'z//x']


@pytest.fixture(scope='module')
def aws(server):
    """These tests only read, so they share an account and a bucket."""
    return Aws(server, f'{random.randrange(10 ** 11, 10 ** 12)}')


@pytest.fixture(scope='module')
def s3(aws):
    return aws('s3', parameter_validation=False)


@pytest.fixture(scope='module')
def bucket(s3, aws):
    name = f'listing-{aws.account}'
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': REGION})
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    return name


def code(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code']


def found(answer):
    """(keys, rolled up prefixes)"""
    return ([one['Key'] for one in answer.get('Contents', [])], [one['Prefix'] for one in answer.get('CommonPrefixes', [])])


@pytest.fixture(params=['list_objects', 'list_objects_v2'])
def listing(request, s3, bucket):
    return lambda **arguments: getattr(s3, request.param)(Bucket=bucket, **arguments)


def test_everything_in_byte_order(listing):
    answer = listing()
    assert found(answer) == (sorted(KEYS, key=str.encode), []) and answer['IsTruncated'] is False
    entry = answer['Contents'][1]
    assert (entry['Key'], entry['Size'], entry['StorageClass']) == ('a/1', 3, 'STANDARD') and entry['ETag'].startswith('"')


@pytest.mark.parametrize('arguments, keys, prefixes', [
    ({'Prefix': 'a/'}, ['a/1', 'a/2', 'a/deep/1', 'a/deep/2'], []),
    ({'Prefix': 'a/d'}, ['a/deep/1', 'a/deep/2'], []),
    ({'Prefix': 'nothing'}, [], []),
    ({'Delimiter': '/'}, ['a', 'b0', 'c'], ['a/', 'b/', 'z/', 'ä/']),
    ({'Delimiter': '/', 'Prefix': 'a/'}, ['a/1', 'a/2'], ['a/deep/']),
    ({'Delimiter': '/', 'Prefix': 'a'}, ['a'], ['a/']),
    ({'Delimiter': '/', 'Prefix': 'z/'}, [], ['z//']),
    ({'Delimiter': 'deep', 'Prefix': 'a/'}, ['a/1', 'a/2'], ['a/deep']),
    ({'Delimiter': 'nowhere', 'Prefix': 'b'}, ['b/1', 'b0'], []),
])
def test_prefix_and_delimiter(listing, arguments, keys, prefixes):
    answer = listing(**arguments)
    assert found(answer) == (keys, prefixes)
    assert answer.get('KeyCount', len(keys) + len(prefixes)) == len(keys) + len(prefixes)


@pytest.mark.parametrize('size', [1, 2, 3, 7])
@pytest.mark.parametrize('arguments', [{}, {'Delimiter': '/'}, {'Delimiter': '/', 'Prefix': 'a/'}])
@pytest.mark.parametrize('operation', ['list_objects', 'list_objects_v2'])
def test_pages_add_up(s3, bucket, operation, arguments, size):
    whole = found(getattr(s3, operation)(Bucket=bucket, **arguments))
    keys, prefixes = [], []
    for page in s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={'PageSize': size}, **arguments):
        some = found(page)
        assert len(some[0]) + len(some[1]) <= size
        keys += some[0]
        prefixes += some[1]
    assert (keys, prefixes) == whole


def test_marker(s3, bucket):
    answer = s3.list_objects(Bucket=bucket, Marker='b0')
    assert found(answer)[0] == ['c', 'z//x', 'ä/1'] and answer['Marker'] == 'b0'
    first = s3.list_objects(Bucket=bucket, MaxKeys=2, Delimiter='/')
    assert found(first) == (['a'], ['a/']) and first['NextMarker'] == 'a/' and first['IsTruncated'] is True
    assert 'NextMarker' not in s3.list_objects(Bucket=bucket, MaxKeys=2)
    assert found(s3.list_objects(Bucket=bucket, Marker='zz'))[0] == ['ä/1']


def test_start_after_and_owner(s3, bucket):
    answer = s3.list_objects_v2(Bucket=bucket, StartAfter='b0', MaxKeys=1)
    assert found(answer)[0] == ['c'] and answer['StartAfter'] == 'b0'
    following = s3.list_objects_v2(Bucket=bucket, StartAfter='b0', ContinuationToken=answer['NextContinuationToken'])
    assert found(following)[0] == ['z//x', 'ä/1']
    assert 'Owner' not in answer['Contents'][0]
    assert s3.list_objects_v2(Bucket=bucket, FetchOwner=True)['Contents'][0]['Owner']['ID']
    assert s3.list_objects(Bucket=bucket)['Contents'][0]['Owner']['ID']


def test_sizes_of_pages(listing):
    none = listing(MaxKeys=0)
    assert found(none) == ([], []) and none['IsTruncated'] is False
    assert listing(MaxKeys=5000)['MaxKeys'] == 1000


def test_refused_listings(s3, bucket):
    assert code(s3.list_objects_v2, Bucket=bucket, ContinuationToken='?!') == 'InvalidArgument'
    assert code(s3.list_objects_v2, Bucket=bucket, MaxKeys=-1) == 'InvalidArgument'
    assert code(s3.list_objects_v2, Bucket=bucket, EncodingType='utf-16') == 'InvalidArgument'
    assert code(s3.list_objects, Bucket=bucket, MaxKeys=-1) == 'InvalidArgument'


def test_url_encoding_of_names(aws):
    s3, bucket = aws('s3', signature_version='s3v4'), f'encoding-{aws.account}'
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': REGION})
    s3.put_object(Bucket=bucket, Key='new\nline&<ü>/x')
    url = s3.generate_presigned_url('list_objects_v2', Params={'Bucket': bucket, 'Prefix': 'new', 'EncodingType': 'url'})
    text = requests.get(url, timeout=10).text
    assert '<Key>new%0Aline%26%3C%C3%BC%3E/x</Key>' in text and '<EncodingType>url</EncodingType>' in text


def test_a_thousand_keys_and_more(s3, account):
    name = f'many-{account}'
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': REGION})
    keys = [f'{number:04}' for number in range(1003)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=name, Key=key), keys))
    page = s3.list_objects_v2(Bucket=name)
    assert page['KeyCount'] == 1000 and page['IsTruncated'] is True
    assert found(s3.list_objects_v2(Bucket=name, ContinuationToken=page['NextContinuationToken']))[0] == keys[1000:]
    s3.delete_objects(Bucket=name, Delete={'Quiet': True, 'Objects': [{'Key': key} for key in keys[:1000]]})
    assert found(s3.list_objects_v2(Bucket=name))[0] == keys[1000:]
