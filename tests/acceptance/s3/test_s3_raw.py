"""Uploads in signed chunks, what is not served, and who may see what."""
import base64
import datetime
import hashlib
import hmac
import http.client
import zlib

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from conftest import REGION, allow, deny
from test_s3_objects import bucket, refused, s3, signed  # noqa: F401

EMPTY = hashlib.sha256(b'').hexdigest()


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256)


class Chunks:
    """An upload in signed chunks, as the older SDKs send; each signature covers the one before."""

    def __init__(self, server, account, path, size, trailer=None, secret='test'):
        self.server, self.path = server, path
        self.time = datetime.datetime.now(datetime.UTC).strftime('%Y%m%dT%H%M%SZ')
        self.scope = f'{self.time[:8]}/{REGION}/s3/aws4_request'
        self.key = f'AWS4{secret}'.encode()
        for part in self.scope.split('/'):
            self.key = keyed(self.key, part).digest()
        headers = {'host': server.address, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' + ('-TRAILER' if trailer else ''),
                   'x-amz-date': self.time, 'x-amz-decoded-content-length': str(size)} | ({'x-amz-trailer': trailer} if trailer else {})
        names = ';'.join(sorted(headers))
        canonical = '\n'.join(['PUT', path, '', *(f'{name}:{headers[name]}' for name in sorted(headers)), '', names,
                               headers['x-amz-content-sha256']])
        self.signature = keyed(self.key, '\n'.join(['AWS4-HMAC-SHA256', self.time, self.scope, hashlib.sha256(canonical.encode()).hexdigest()])).hexdigest()
        self.headers = headers | {'content-encoding': 'aws-chunked', 'authorization': f'AWS4-HMAC-SHA256 Credential={account}/{self.scope}, '
                                  f'SignedHeaders={names}, Signature={self.signature}'}
        self.body = b''

    def sign(self, kind, *hashes):
        self.signature = keyed(self.key, '\n'.join([f'AWS4-HMAC-SHA256-{kind}', self.time, self.scope, self.signature, *hashes])).hexdigest()
        return self.signature

    def add(self, data, end=b'\r\n'):
        signature = self.sign('PAYLOAD', EMPTY, hashlib.sha256(data).hexdigest())
        self.body += b'%x;chunk-signature=%s\r\n%s%s' % (len(data), signature.encode(), data, end)
        return self

    def trailer(self, line):
        self.add(b'', b'')
        self.body += line.encode() + b'\r\nx-amz-trailer-signature:' + self.trailer_signature(line) + b'\r\n\r\n'
        return self

    def trailer_signature(self, line):
        return self.sign('TRAILER', hashlib.sha256((line + '\n').encode()).hexdigest()).encode()

    def send(self, body=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=30)
        connection.request('PUT', self.path, body=self.body if body is None else body, headers=self.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_signed_chunks(server, account, s3, bucket):  # noqa: F811
    one, two = bytes(range(256)) * 256, b'the end'

    def upload(**more):
        return Chunks(server, account, f'/{bucket}/k', len(one + two), **more)
    assert upload().add(one).add(two).add(b'').send()[0] == 200
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == one + two
    good = upload().add(one).add(two).add(b'')
    status, text = good.send(good.body.replace(two, b'the END'))
    assert status == 403 and b'<Code>SignatureDoesNotMatch</Code>' in text
    swapped = upload().add(two).add(one).add(b'')
    assert b'<Code>InvalidChunkSizeError</Code>' in swapped.send()[1]  # only the last chunk may be small
    assert upload().add(one).add(b'').send()[0] == 400  # fewer bytes than declared
    cut = upload().add(one).add(two).add(b'')
    assert cut.send(cut.body[:-40])[0] in (400, 403)
    assert upload(secret='wrong').add(one).add(two).add(b'').send()[0] == 403
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == one + two


def test_signed_chunks_with_a_trailer(server, account, s3, bucket):  # noqa: F811
    data = b'x' * 70_000
    line = 'x-amz-checksum-crc32:' + base64.b64encode(zlib.crc32(data).to_bytes(4)).decode()

    def upload():
        return Chunks(server, account, f'/{bucket}/k', len(data), trailer='x-amz-checksum-crc32').add(data[:65536]).add(data[65536:])
    assert upload().trailer(line).send()[0] == 200
    assert s3.head_object(Bucket=bucket, Key='k', ChecksumMode='ENABLED')['ChecksumCRC32'] == line.split(':')[1]
    status, text = upload().trailer('x-amz-checksum-crc32:AAAAAA==').send()
    assert status == 400 and b'<Code>BadDigest</Code>' in text
    forged = upload().trailer(line)
    status, text = forged.send(forged.body.replace(line.encode(), b'x-amz-checksum-crc32:AAAAAA=='))
    assert status == 403 and b'<Code>SignatureDoesNotMatch</Code>' in text


@pytest.mark.parametrize('operation', ['get_bucket_acl', 'get_bucket_policy', 'get_bucket_versioning', 'get_bucket_tagging',
                                       'get_bucket_lifecycle_configuration', 'list_object_versions', 'get_bucket_encryption'])
def test_what_is_not_served_says_so(s3, bucket, operation):  # noqa: F811
    assert refused(getattr(s3, operation), Bucket=bucket)[:2] == (501, 'NotImplemented')


def test_versions_that_do_not_exist(s3, bucket):  # noqa: F811
    s3.put_object(Bucket=bucket, Key='k', Body=b'x')
    assert s3.get_object(Bucket=bucket, Key='k', VersionId='null')['Body'].read() == b'x'
    for call in (s3.get_object, s3.delete_object):
        assert refused(call, Bucket=bucket, Key='k', VersionId='abc')[:2] == (400, 'InvalidArgument')
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == b'x'


def test_delete_many_needs_a_digest(server, account, bucket):  # noqa: F811
    text = b'<Delete><Object><Key>k</Key></Object></Delete>'
    answer = signed(server, account, 'POST', f'/{bucket}?delete', text)
    assert answer.status == 400 and b'<Code>InvalidRequest</Code>' in answer.content
    good = {'content-md5': base64.b64encode(hashlib.md5(text).digest()).decode()}
    assert signed(server, account, 'POST', f'/{bucket}?delete', text, good).status == 200
    bad = {'content-md5': base64.b64encode(hashlib.md5(b'').digest()).decode()}
    assert b'<Code>BadDigest</Code>' in signed(server, account, 'POST', f'/{bucket}?delete', text, bad).content


def test_errors_of_head_have_no_body(server, account, bucket):  # noqa: F811
    answer = signed(server, account, 'HEAD', f'/{bucket}/missing')
    assert (answer.status, answer.content) == (404, b'') and answer.headers['x-amz-request-id'] and answer.headers['x-amz-id-2']


def test_nobody_reads_without_a_signature(server, s3, bucket):  # noqa: F811
    s3.put_object(Bucket=bucket, Key='k', Body=b'x')
    anonymous = server.client('s3', signature_version=UNSIGNED)
    for call, more in ((anonymous.get_object, {'Key': 'k'}), (anonymous.list_objects_v2, {}), (anonymous.put_object, {'Key': 'k'})):
        assert refused(call, Bucket=bucket, **more)[:2] == (403, 'AccessDenied')


def test_users_see_what_their_policies_allow(aws, s3, bucket):  # noqa: F811
    s3.put_object(Bucket=bucket, Key='open/k', Body=b'x')
    s3.put_object(Bucket=bucket, Key='shut/k', Body=b'x')
    everything = f'arn:aws:s3:::{bucket}/open/*'
    reader = aws.user('reader', allow('s3:GetObject', resource=everything))('s3')
    assert reader.get_object(Bucket=bucket, Key='open/k')['Body'].read() == b'x'
    status, code, error = refused(reader.get_object, Bucket=bucket, Key='shut/k')
    assert (status, code) == (403, 'AccessDenied')
    assert error['Message'] == (f'User: arn:aws:iam::{aws.account}:user/reader is not authorized to perform: s3:GetObject on resource: '
                                f'"arn:aws:s3:::{bucket}/shut/k" because no identity-based policy allows the s3:GetObject action')
    # Who may not list learns nothing of what is missing.
    assert refused(reader.get_object, Bucket=bucket, Key='open/missing')[:2] == (403, 'AccessDenied')
    assert refused(reader.copy_object, Bucket=bucket, Key='open/to', CopySource=f'{bucket}/open/k')[:2] == (403, 'AccessDenied')
    cleaner = aws.user('cleaner', allow('s3:*'), deny('s3:DeleteObject', resource=f'arn:aws:s3:::{bucket}/shut/*'))('s3')
    answer = cleaner.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': 'open/k'}, {'Key': 'shut/k'}]})
    assert [one['Key'] for one in answer['Deleted']] == ['open/k']
    assert [(one['Key'], one['Code']) for one in answer['Errors']] == [('shut/k', 'AccessDenied')]
    assert refused(cleaner.copy_object, Bucket=bucket, Key='x', CopySource=f'{bucket}/missing')[:2] == (404, 'NoSuchKey')


def test_objects_survive_a_kill(start_server):
    server = start_server()
    client = server.client('s3')
    client.create_bucket(Bucket='kept-bucket', CreateBucketConfiguration={'LocationConstraint': REGION})
    client.put_object(Bucket='kept-bucket', Key='small', Body=b'x')
    client.put_object(Bucket='kept-bucket', Key='large', Body=b'y' * 3_000_000)
    upload = client.create_multipart_upload(Bucket='kept-bucket', Key='parts')['UploadId']
    etag = client.upload_part(Bucket='kept-bucket', Key='parts', UploadId=upload, PartNumber=1, Body=b'z')['ETag']
    client.delete_object(Bucket='kept-bucket', Key='small')
    server.kill()
    client = start_server(data=server.data).client('s3')
    assert [one['Key'] for one in client.list_objects_v2(Bucket='kept-bucket')['Contents']] == ['large']
    assert client.get_object(Bucket='kept-bucket', Key='large')['Body'].read() == b'y' * 3_000_000
    client.complete_multipart_upload(Bucket='kept-bucket', Key='parts', UploadId=upload,
                                     MultipartUpload={'Parts': [{'PartNumber': 1, 'ETag': etag}]})
    with pytest.raises(ClientError):
        client.get_object(Bucket='kept-bucket', Key='small')
    assert client.get_object(Bucket='kept-bucket', Key='parts')['Body'].read() == b'z'
