"""What no client would send: the answer is AWS's error, and the server stays up."""
import base64
import gzip
import hashlib
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import urllib.parse
import warnings

import boto3
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from conftest import REGION

KINESIS, SSM, FIREHOSE, LOGS = 'Kinesis_20131202', 'AmazonSSM', 'Firehose_20150804', 'Logs_20140328'
SIGNING = {KINESIS: 'kinesis', SSM: 'ssm', FIREHOSE: 'firehose', LOGS: 'logs', 'OpenSearchServerless': 'aoss'}


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.content = response.status, response.headers, response.read()

    @property
    def code(self):
        """The error's code, of JSON or of XML."""
        if b'<Code>' in self.content:
            return self.content.split(b'<Code>')[1].split(b'<')[0].decode()
        return json.loads(self.content)['__type']


def sign(server, account, service, method, path, data, headers):
    signer = S3SigV4Auth if service == 's3' else SigV4Auth
    request = AWSRequest(method, f'{server.url}{path}', data=data, headers={'host': server.address, **headers})
    signer(Credentials(account, 'test'), service, REGION).add_auth(request)
    return dict(request.headers)


def send(server, method, path, data, headers):
    connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=30)
    try:
        connection.request(method, path, body=data, headers=headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture
def post(server, account):
    """A signed POST to a JSON service."""
    def call(target, data, content_type='application/x-amz-json-1.1', path='/', **headers):
        data = data.encode() if isinstance(data, str) else data
        given = {'x-amz-target': target, 'content-type': content_type, **headers}
        return send(server, 'POST', path, data, sign(server, account, SIGNING.get(target.split('.')[0], 'kinesis'), 'POST', path, data, given))
    return call


@pytest.fixture
def form(server, account):
    """A signed POST to a query service."""
    def call(service, data, **headers):
        data = data.encode() if isinstance(data, str) else data
        given = {'content-type': 'application/x-www-form-urlencoded', **headers}
        return send(server, 'POST', '/', data, sign(server, account, service, 'POST', '/', data, given))
    return call


@pytest.fixture(autouse=True)
def stays_up(server, account):
    yield
    assert server.process.poll() is None
    assert server.client('sts', key=account).get_caller_identity()['Account'] == account


# JSON

@pytest.mark.parametrize('text', [
    '', '{', '}', '[]', 'null', '"text"', '1', '{"Limit": }', '{"Limit": 1', '{"Limit": 1}}', "{'Limit': 1}", '{Limit: 1}',
    '{"Limit": 1,}', '{"Limit": 01}', '{"Limit": NaN}', '\ufeff', '<xml/>', b'\xff\xfe{', b'{"ExclusiveStartStreamName": "\xff"}',
    b'{"a\x00": 1', '{"ExclusiveStartStreamName": "\\ud800"}', '{"Limit": 1e999}'])
def test_malformed_json(post, text):
    answer = post(f'{KINESIS}.ListStreams', text)
    if text == '':
        assert answer.status in (200, 400)
        return
    assert (answer.status, answer.code) == (400, 'SerializationException')
    assert answer.headers['content-type'].startswith('application/x-amz-json-1.1') and answer.headers['x-amzn-requestid']


@pytest.mark.parametrize('target, text', [
    (f'{KINESIS}.ListStreams', '{"Limit": "ten"}'), (f'{KINESIS}.ListStreams', '{"Limit": [1]}'),
    (f'{KINESIS}.ListStreams', '{"Limit": 99999999999999999999}'), (f'{KINESIS}.ListStreams', '{"Limit": true}'),
    (f'{KINESIS}.ListStreams', '{"ExclusiveStartStreamName": 1}'), (f'{KINESIS}.ListStreams', '{"ExclusiveStartStreamName": {}}'),
    (f'{KINESIS}.PutRecord', '{"StreamName": "s", "PartitionKey": "k", "Data": "not base64!"}'),
    (f'{KINESIS}.PutRecord', '{"StreamName": "s", "PartitionKey": "k", "Data": 7}'),
    (f'{KINESIS}.PutRecords', '{"StreamName": "s", "Records": {"Data": "eA=="}}'),
    (f'{KINESIS}.PutRecords', '{"StreamName": "s", "Records": [1]}'),
    (f'{KINESIS}.AddTagsToStream', '{"StreamName": "s", "Tags": ["a"]}'),
    (f'{KINESIS}.CreateStream', '{"StreamName": "s", "ShardCount": 1, "StreamModeDetails": "ON_DEMAND"}'),
    (f'{SSM}.PutParameter', '{"Name": "n", "Value": "v", "Type": "String", "Overwrite": "yes"}'),
    (f'{SSM}.GetParameters', '{"Names": "n"}'), (f'{LOGS}.PutLogEvents', '{"logGroupName": "g", "logStreamName": "s", "logEvents": 1}'),
    (f'{FIREHOSE}.PutRecord', '{"DeliveryStreamName": "d", "Record": []}'),
    ('OpenSearchServerless.CreateCollection', '{"name": ["docs"]}')])
def test_wrong_types(post, target, text):
    answer = post(target, text)
    assert (answer.status, answer.code) == (400, 'SerializationException')


def test_unknown_members_and_nulls_are_ignored(post):
    assert post(f'{KINESIS}.ListStreams', '{"Unknown": {"deep": [1, null]}, "Limit": null}').status == 200


@pytest.mark.parametrize('depth', [100, 600, 100_000, 1_000_000])
def test_deep_json(post, depth):
    unknown = post(f'{KINESIS}.ListStreams', '{"a":' * depth + '1' + '}' * depth)
    assert unknown.status == 200 and depth < 1000 or unknown.code == 'SerializationException'
    for text in ('{"Limit":' + '[' * depth + ']' * depth + '}', '{"Limit":' * depth, '[' * depth):
        answer = post(f'{KINESIS}.ListStreams', text)
        assert (answer.status, answer.code) == (400, 'SerializationException')


def test_deep_documents_inside_strings(aws):
    for depth in (600, 5_000):
        with pytest.raises(ClientError) as refused:
            aws('iam').create_role(RoleName='deep', AssumeRolePolicyDocument='[' * depth + ']' * depth)
        assert refused.value.response['ResponseMetadata']['HTTPStatusCode'] == 400
        template = '{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": ' + '{"a":' * depth + '1' + '}' * depth + '}}}'
        with pytest.raises(ClientError) as refused:
            aws('cloudformation').create_stack(StackName='deep', TemplateBody=template)
        assert refused.value.response['ResponseMetadata']['HTTPStatusCode'] == 400


@pytest.mark.parametrize('target', [f'{KINESIS}.NoSuchThing', f'{KINESIS}.', f'{KINESIS}.listStreams', f'{SSM}.ListStreams',
                                    f'{FIREHOSE}.UpdateDestination', f'{FIREHOSE}.ListStreams'])
def test_unknown_operations(post, target):
    answer = post(target, '{}')
    assert (answer.status, answer.code) == (400, 'UnknownOperationException')


def test_an_operation_that_is_not_served_is_named(post):
    assert b'UpdateDestination' in post(f'{FIREHOSE}.UpdateDestination', '{}').content


@pytest.mark.parametrize('target', ['NoSuchService_20200101.Do', 'nonsense', '.', '', 'x' * 5000])
def test_unknown_targets(server, target):
    answer = send(server, 'POST', '/', b'{}', {'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1'})
    assert (answer.status, answer.code) == (403, 'AccessDeniedException')


@pytest.mark.parametrize('method', ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
def test_operations_are_posted(server, account, method):
    headers = {'x-amz-target': f'{KINESIS}.ListStreams', 'content-type': 'application/x-amz-json-1.1'}
    answer = send(server, method, '/', b'{}', sign(server, account, 'kinesis', method, '/', b'{}', headers))
    assert (answer.status, answer.code) == (403, 'AccessDeniedException')
    assert b'Unable to determine service/operation name to be authorized' in answer.content


@pytest.mark.parametrize('content_type', ['text/html', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense', '',
                                          'application/x-amz-cbor-1.1', 'application/cbor', 'multipart/form-data; boundary=x'])
def test_wrong_content_types(post, content_type):
    answer = post(f'{KINESIS}.ListStreams', '{"Limit": 1}', content_type)
    assert answer.status == 200 or (400 <= answer.status < 500 and answer.content)


@pytest.mark.parametrize('data', [b'', b'\xbf', b'\xff', b'\xa1', b'\x9f' * 100_000, b'\x81' * 100_000, b'\xdb' + b'\xff' * 8,
                                  b'\xa1\x65Limit\x7b', b'\xa1\x65Limit\x63abc', b'\xbb' + b'\x7f' * 8, b'\xc1' * 100_000])
def test_malformed_cbor(post, data):
    answer = post(f'{KINESIS}.ListStreams', data, 'application/x-amz-cbor-1.1')
    assert answer.status in ((200, 400) if data == b'' else (400,))
    assert answer.status == 200 or b'SerializationException' in answer.content


def test_compressed_bodies(post):
    good = gzip.compress(b'{"Limit": 1}')
    assert post(f'{KINESIS}.ListStreams', good, **{'content-encoding': 'gzip'}).status == 200
    for bad in (good[:-9], b'nonsense', b'', gzip.compress(b'{' * 100)):
        assert post(f'{KINESIS}.ListStreams', bad, **{'content-encoding': 'gzip'}).status == 400
    bomb = gzip.compress(b' ' * (300 << 20), 9)
    assert post(f'{KINESIS}.ListStreams', bomb, **{'content-encoding': 'gzip'}).status in (400, 413)


# Query and REST services

@pytest.mark.parametrize('text, code', [
    ('Action=NoSuchThing&Version=2010-05-08', 'InvalidAction'), ('Action=&Version=2010-05-08', 'MissingAction'),
    ('Action=GetUser&UserName=%zz&Version=2010-05-08', 'MalformedQueryString'),
    ('Action=GetUser&UserName=%e4&Version=2010-05-08', None), ('Action=GetUser&UserName=a%00b&Version=2010-05-08', None),
    ('Action=ListUsers&MaxItems=many&Version=2010-05-08', 'MalformedInput'),
    ('Action=CreateUser&UserName=u&Tags.member.0.Key=a&Version=2010-05-08', None),
    ('Action=CreateUser&UserName=u&Tags.member.4000000000.Key=a&Version=2010-05-08', None),
    ('Action=CreateUser&UserName=u&Tags.member.x=a&Version=2010-05-08', None),
    ('Action=CreateUser&UserName=u&' + 'Tags.member.1.' * 2000 + '=a&Version=2010-05-08', None),
    ('Action=CreateUser&Version=2010-05-08', 'ValidationError')])
def test_broken_forms(form, text, code):
    answer = form('iam', text)
    if code:
        assert answer.status == 400 and answer.code == code
    else:
        assert answer.status < 500
    assert answer.headers['content-type'].startswith('text/xml')


@pytest.mark.parametrize('path', ['/%zz', '/bucket/%', '/bucket/%f', '/bucket?list-type=%zz', '/bucket?%', '/bucket?' + 'a' * 9000,
                                  '/bucket?&&&===&', '/bucket?max-keys=x', '/bucket?list-type=2&max-keys=99999999999999999999',
                                  '/bucket?partNumber=x&uploadId=y', '/bucket/k?partNumber=1', '//', '/bucket/%00', '/bucket/%ff%fe'])
@pytest.mark.parametrize('method', ['GET', 'PUT', 'POST', 'DELETE'])
def test_broken_paths_and_queries(server, account, method, path):
    headers = {'host': server.address, 'authorization': 'AWS4-HMAC-SHA256 Credential=test/20260101/x/s3/aws4_request, '
               'SignedHeaders=host, Signature=00', 'x-amz-date': '20260101T000000Z', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD'}
    answer = send(server, method, path, b'', headers)
    assert 400 <= answer.status < 500 or answer.status == 501
    try:
        signed = sign(server, account, 's3', method, path, b'', {})
    except ValueError:
        return  # the signer itself does not understand the path
    answer = send(server, method, path, b'', signed)
    assert answer.status < 500 or answer.status == 501


@pytest.mark.parametrize('text', ['', '<', '<a>', '<Delete>', '<Delete></Other>', 'not xml', '<Delete>' * 100_000,
                                  '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&x;</Key></Object></Delete>',
                                  '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><Delete><Object><Key>&c;</Key></Object></Delete>',
                                  '<Delete><Object><Key>&nope;</Key></Object></Delete>', '<Delete><Object></Object></Delete>'])
def test_malformed_xml(server, account, text):
    bucket = f'xml-{account}'
    server.client('s3', key=account).create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': REGION})
    md5 = base64.b64encode(hashlib.md5(text.encode()).digest()).decode()
    headers = sign(server, account, 's3', 'POST', f'/{bucket}?delete', text.encode(), {'content-md5': md5})
    answer = send(server, 'POST', f'/{bucket}?delete', text.encode(), headers)
    assert (answer.status, answer.code) == (400, 'MalformedXML' if text else 'MissingRequestBodyError')
    assert b'root:' not in answer.content


def test_malformed_rest_json(server, account):
    for path, text in (('/2015-03-31/functions', '{'), ('/2015-03-31/functions', '{"FunctionName": 1}'), ('/2015-03-31/functions', '[' * 10_000),
                       ('/2015-03-31/functions/none/invocations', '{'), ('/2015-03-31/nothing', '{}')):
        headers = sign(server, account, 'lambda', 'POST', path, text.encode(), {'content-type': 'application/json'})
        answer = send(server, 'POST', path, text.encode(), headers)
        assert 400 <= answer.status < 500 and json.loads(answer.content) is not None
        assert answer.headers['x-amzn-errortype']


# Sizes and framing

def test_oversized_bodies(server, account):
    size = 200 << 20
    headers = sign(server, account, 'kinesis', 'POST', '/', b'', {'x-amz-target': f'{KINESIS}.PutRecord', 'content-type': 'application/x-amz-json-1.1'})
    with socket.create_connection(('127.0.0.1', server.port), timeout=30) as connection:
        lines = [f'{name}: {value}' for name, value in headers.items() if name.lower() != 'content-length']
        connection.sendall('\r\n'.join(['POST / HTTP/1.1', *lines, f'content-length: {size}', '', '']).encode())
        answer = connection.recv(65536)  # before the body is sent
    assert answer.startswith(b'HTTP/1.1 413 ') and b'RequestEntityTooLarge' in answer


def raw(server, data, half_close=True):
    """All that the server answers to these bytes until it closes."""
    found = b''
    with socket.create_connection(('127.0.0.1', server.port), timeout=20) as connection:
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                found += piece
        except OSError as error:
            assert not isinstance(error, TimeoutError)  # closed is as good as answered, silence is not
    return found


@pytest.mark.parametrize('data', [
    b'\r\n\r\n', b'GET\r\n\r\n', b'GET /\r\n\r\n', b'GET / HTTP/9.9\r\n\r\n', b'GET nonsense HTTP/1.1\r\nhost: x\r\n\r\n',
    b'GET / HTTP/1.1\r\n\r\n', b'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n', b'GET / HTTP/1.1\r\nhost : a\r\n\r\n',
    b'GET / HTTP/1.1\r\nhost: a\r\n folded\r\n\r\n', b'GET / HTTP/1.1\nhost: a\n\n',
    b'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    b'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', b'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1x\r\n\r\n',
    b'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999999\r\n\r\n',
    b'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    b'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: nonsense\r\n\r\n',
    b'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', b'GET / HTTP/1.1\r\nhost: a\r\nx: \x00\r\n\r\n',
    b'GET /' + b'a' * 20_000 + b' HTTP/1.1\r\nhost: a\r\n\r\n', b'GET / HTTP/1.1\r\nhost: a\r\nx: ' + b'a' * 70_000 + b'\r\n\r\n',
    b'GET / HTTP/1.1\r\nhost: a\r\n' + b'x: y\r\n' * 300 + b'\r\n', b'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n'])
def test_malformed_http(server, data):
    answer = raw(server, data)
    assert answer == b'' or 400 <= int(answer.split(b' ')[1]) < 600 and answer.count(b'HTTP/1.1 ') == 1


@pytest.mark.parametrize('data', [b'\x16\x03\x01\x00\x05nonsense', b'\x16\x03\x01\xff\xff' + b'\0' * 100, b'\x16',
                                  b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense', b'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n',
                                  b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + b'\xff\xff\xff\x00\x00\x00\x00\x00\x00', b'\0' * 1000])
def test_malformed_tls_and_http2(server, data):
    assert b' 200 ' not in raw(server, data)


def test_pipelined_requests_are_answered_in_order(server):
    one = b'GET /a-bucket HTTP/1.1\r\nhost: x\r\n\r\n'
    last = b'GET /b-bucket HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
    answer = raw(server, one * 3 + last, half_close=False)
    assert answer.count(b'HTTP/1.1 403 ') == 4 and answer.count(b'<Code>AccessDenied</Code>') == 4


# Other ways in

@pytest.fixture
def presigned(server, account):
    s3 = server.client('s3', key=account, signature_version='s3v4')
    return s3.generate_presigned_url('list_buckets')


def curl(*words):
    return subprocess.run([shutil.which('curl'), '-sS', '--max-time', '20', '-o', '-', '-w', '\n%{http_version} %{http_code}', *words],
                          capture_output=True, text=True, timeout=30)


def curl_has(feature):
    return shutil.which('curl') and feature in subprocess.run(['curl', '--version'], capture_output=True, text=True).stdout


@pytest.mark.skipif(not curl_has('HTTP2'), reason='this curl does not speak HTTP/2')
def test_http2_with_prior_knowledge(presigned):
    answer = curl('--http2-prior-knowledge', presigned).stdout
    assert '<ListAllMyBucketsResult' in answer and answer.endswith('\n2 200')
    refused = curl('--http2-prior-knowledge', presigned + '0').stdout
    assert '<Code>' in refused and refused.endswith('\n2 403')


@pytest.mark.skipif(not curl_has('HTTP2'), reason='this curl does not speak HTTP/2')
def test_tls_on_the_same_port(server, presigned):
    authority = str(server.data / 'tls/ca.pem')
    url = presigned.replace('http://', 'https://')
    for version, flag in (('2', '--http2'), ('1.1', '--http1.1')):
        answer = curl(flag, '--cacert', authority, url)
        assert '<ListAllMyBucketsResult' in answer.stdout and answer.stdout.endswith(f'\n{version} 200'), answer.stderr
    assert curl(url).returncode == 60  # an authority that nobody told curl to trust


@pytest.mark.parametrize('name', [f'kinesis.{REGION}.amazonaws.com', 's3.amazonaws.com', f'some-bucket.s3.{REGION}.amazonaws.com',
                                  f'abcdefghij.{REGION}.aoss.amazonaws.com', 'localhost'])
def test_certificates_of_the_services_names(server, name):
    context = ssl.create_default_context(cafile=server.data / 'tls/ca.pem')
    with socket.create_connection(('127.0.0.1', server.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as tls:
            assert tls.version() in ('TLSv1.2', 'TLSv1.3')


def test_old_tls_is_refused(server):
    context = ssl.create_default_context(cafile=server.data / 'tls/ca.pem')
    with warnings.catch_warnings(action='ignore', category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers('DEFAULT:@SECLEVEL=0')
    with socket.create_connection(('127.0.0.1', server.port), timeout=10) as plain:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname='localhost')


def test_clients_over_tls(server, account):
    sts = boto3.client('sts', endpoint_url=server.url.replace('http://', 'https://'), region_name=REGION,
                       aws_access_key_id=account, aws_secret_access_key='test', verify=str(server.data / 'tls/ca.pem'))
    assert sts.get_caller_identity()['Account'] == account


def test_a_broken_presigned_query(server, presigned):
    base, query = presigned.split('?')
    for left_out in urllib.parse.parse_qs(query):
        rest = '&'.join(part for part in query.split('&') if not part.startswith(left_out))
        answer = send(server, 'GET', f'/?{rest}', None, {'host': server.address})
        assert answer.status in (400, 403) and b'<Code>' in answer.content, left_out
