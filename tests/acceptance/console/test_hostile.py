"""What a hostile page, a hostile name and a hostile client try."""
import socket
import time

import pytest
import requests
from visits import Visit, cookies, with_key

CALLS = [('sign-in', {'accessKeyId': 'test', 'secretAccessKey': 'test'}), ('sign-out', {}), ('change-password', {}),
         ('aws/sts/GetCallerIdentity', {}), ('opensearch/x?method=GET&path=/', {})]


@pytest.fixture
def root(server, account):
    return with_key(server, account)


@pytest.mark.parametrize('path, body', CALLS)
def test_no_call_without_the_token(root, path, body):
    for token in ('', 'x', '0' * 64, root.token[:-1], root.token + '0'):
        answer = root.post(path, body, headers={'x-csrf-token': token})
        assert (answer.status_code, answer.json()['code']) == (403, 'InvalidCsrfToken')
    token, root.token = root.token, None
    answer = root.http.post(root.base + 'api/' + path, json=body)
    assert answer.status_code == 403, 'no token at all'
    root.token = token
    assert root.session()['signedIn'] is True, 'nothing happened'


@pytest.mark.parametrize('path, body', CALLS)
@pytest.mark.parametrize('headers', [{'origin': 'http://evil.example'}, {'origin': 'null'}, {'origin': 'http://localhost:1'},
                                     {'sec-fetch-site': 'cross-site'}, {'sec-fetch-site': 'same-site'}])
def test_no_call_from_a_foreign_page(root, path, body, headers):
    answer = root.post(path, body, headers=headers)
    assert (answer.status_code, answer.json()['code']) == (403, 'ForeignOrigin')
    assert 'access-control-allow-origin' not in answer.headers
    assert root.session()['signedIn'] is True


def test_an_https_origin_is_not_that_of_the_plain_page(root):
    assert root.post('sign-out', headers={'origin': root.server.url.replace('http:', 'https:')}).status_code == 403


@pytest.mark.parametrize('path, body', [call for call in CALLS if not call[0].startswith('opensearch')])
@pytest.mark.parametrize('kind', ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
def test_no_call_that_a_form_could_send(root, path, body, kind):
    answer = root.post(path, data='{}', headers={'content-type': kind})
    assert (answer.status_code, answer.json()['code']) == (415, 'UnsupportedMediaType')


@pytest.mark.parametrize('path', [path for path, _ in CALLS])
@pytest.mark.parametrize('method', ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
def test_what_changes_something_is_never_a_get(root, path, method):
    answer = root.http.request(method, root.base + 'api/' + path)
    assert answer.status_code == 405 and answer.headers['allow'] == 'POST'
    assert 'access-control-allow-origin' not in answer.headers
    assert root.session()['signedIn'] is True


@pytest.mark.parametrize('host', ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil-localhost',
                                  'evil.amazonaws.com.evil.example', ''])
def test_a_name_that_was_pointed_here_gets_nothing(server, root, host):
    for path in ('', 'api/session', 'assets/x.js'):
        answer = root.http.get(root.base + path, headers={'host': host})
        assert (answer.status_code, answer.json()['code']) == (403, 'HostNotAllowed')
    assert root.http.get(server.url + '/', headers={'host': host, 'accept': 'text/html'},
                         allow_redirects=False).status_code == 403


@pytest.mark.parametrize('host', ['localhost', 'a.localhost', '127.0.0.1', '[::1]', '10.1.2.3', 'console.example'])
def test_own_names(start_server, host):
    server = start_server('--console-hosts', 'console.example,other.example')
    answer = requests.get(server.url + '/_console/api/session', headers={'host': f'{host}:{server.port}'}, timeout=10)
    assert answer.status_code == 200


def test_console_hosts_are_names(start_server):
    with pytest.raises(AssertionError, match='did not start'):
        start_server('--console-hosts', 'https://console.example')


def test_headers_confine_every_page(server, root):
    for answer in (root.get('session'), root.http.get(root.base), root.http.get(root.base + 'missing'),
                   root.post('sign-out', headers={'x-csrf-token': ''}), root.http.get(root.base[:-1], allow_redirects=False),
                   root.http.get(server.url + '/_aoss/abc/_dashboards/')):
        policy = answer.headers['content-security-policy']
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy and 'unsafe' not in policy
        assert answer.headers['x-frame-options'] == 'DENY' and answer.headers['x-content-type-options'] == 'nosniff'
        assert answer.headers['referrer-policy'] == 'no-referrer'
        assert answer.headers['cross-origin-opener-policy'] == 'same-origin'
        assert answer.headers['cross-origin-resource-policy'] == 'same-origin'
        assert 'cache-control' in answer.headers


def test_cookies_are_out_of_reach(server, root, account):
    visit = Visit(server)
    set_by_visit = cookies(visit.get('session'))
    assert set_by_visit == {'standpipe-visit': ['Path=/', 'HttpOnly', 'SameSite=Strict']}
    answer = visit.sign_in(accessKeyId=account, secretAccessKey='test')
    assert cookies(answer) == {'standpipe-session': ['Path=/', 'HttpOnly', 'SameSite=Strict']}
    assert not cookies(visit.aws('sts', 'GetCallerIdentity')), 'and told only once'


def test_cookies_over_tls_are_secure(server):
    visit = Visit(server)
    visit.base = visit.base.replace('http:', 'https:')
    visit.http.headers['origin'] = server.url.replace('http:', 'https:')
    visit.http.trust_env = False  # else the environment's authorities come before ours
    visit.http.verify = str(server.data / 'tls/ca.pem')
    answer = visit.sign_in(accessKeyId='test', secretAccessKey='test')
    assert answer.status_code == 200
    assert cookies(answer) == {'__Host-standpipe-session': ['Path=/', 'HttpOnly', 'SameSite=Strict', 'Secure']}


def test_a_session_cannot_be_given_to_somebody(server, account):
    """Fixation: the id before sign-in is never the id after it, nor is one that the client chose."""
    visit = Visit(server)
    name = f'standpipe-session-{server.port}'
    visit.http.cookies.set(name, 'a' * 64)
    visit.session()
    visit.sign_in(accessKeyId=account, secretAccessKey='test')
    first = [one.value for one in visit.http.cookies if one.name == name and one.value != 'a' * 64]
    assert len(first) == 1
    visit.http.cookies.clear()
    visit.http.cookies.set(name, first[0])
    visit.session()
    visit.sign_in(accessKeyId=account, secretAccessKey='test')
    second = [one.value for one in visit.http.cookies if one.name == name and one.value != first[0]]
    assert len(second) == 1 and second != first
    answer = requests.get(server.url + '/_console/api/refusals', cookies={name: first[0]}, timeout=10)
    assert answer.status_code == 401, 'the old one ended'


@pytest.mark.parametrize('value', ['', 'x', '0' * 64, '../' * 20, '%00', 'a' * 7000])
def test_forged_cookies_are_nobodys(server, value):
    answer = requests.get(server.url + '/_console/api/refusals', timeout=10,
                          headers={'cookie': f'standpipe-session-{server.port}={value}'})
    assert (answer.status_code, answer.json()['code']) == (401, 'SessionExpired')


def test_a_token_is_good_for_its_own_session_only(server, root, account):
    other = with_key(server, account)
    assert other.token != root.token
    assert root.post('aws/sts/GetCallerIdentity', headers={'x-csrf-token': other.token}).status_code == 403


def test_sign_in_by_the_token_of_another_visit_fails(server):
    one, two = Visit(server), Visit(server)
    one.session(), two.session()
    two.token = one.token
    assert two.sign_in(accessKeyId='test', secretAccessKey='test').status_code == 403


def test_brute_force_ends_soon(start_server):
    server = start_server()
    iam = server.client('iam')
    for name in ('ann', 'bob'):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password='Correct-Horse-7')
    visit = Visit(server)
    ann = {'account': '000000000000', 'userName': 'ann'}
    codes = [visit.sign_in(**ann, password=f'Wrong-Horse-{n}').status_code for n in range(7)]
    assert codes == [401] * 5 + [429] * 2
    answer = visit.sign_in(**{**ann, 'userName': 'ANN'}, password='Correct-Horse-7')
    assert answer.status_code == 429 and answer.json()['code'] == 'TooManyAttempts', 'nor in other letters'
    assert 1 <= int(answer.headers['retry-after']) <= 30
    answer = visit.post('change-password', {**ann, 'oldPassword': 'x', 'newPassword': 'y'})
    assert answer.status_code == 429, 'nor by the other way'
    assert visit.sign_in(**{**ann, 'userName': 'bob'}, password='Correct-Horse-7').status_code == 200, 'others may'
    spray = [visit.sign_in(**{**ann, 'userName': f'user-{n}'}, password='x').status_code for n in range(60)]
    assert spray[0] == 401 and spray[-1] == 429, 'many names from one address'


def test_a_server_under_brute_force_serves_others(start_server):
    from concurrent.futures import ThreadPoolExecutor
    server = start_server()

    def attempt(number):
        return Visit(server).sign_in(account='000000000000', userName=f'user-{number}', password='x' * 5000).status_code
    with ThreadPoolExecutor(40) as pool:
        attempts = [pool.submit(attempt, number) for number in range(80)]
        time.sleep(0)
        started = time.monotonic()
        assert server.client('sts').get_caller_identity()['Account'] == '000000000000'
        assert time.monotonic() - started < 5
        assert {one.result() for one in attempts} <= {401, 429}


@pytest.mark.parametrize('path', ['../../etc/passwd', '%2e%2e/%2e%2e/etc/passwd', '..%2f..%2fetc%2fpasswd', '.stamp',
                                  'assets/../index.html', 'assets/..%2f.stamp', '/etc/passwd', '%00', 'assets/',
                                  'index.html%00.js', '..\\..\\etc\\passwd', 'api/../index.html', 'API/session'])
def test_paths_lead_nowhere_else(server, path):
    with socket.create_connection(('127.0.0.1', server.port), timeout=10) as raw:
        raw.sendall(f'GET /_console/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
        answer = b''
        while part := raw.recv(65536):
            answer += part
    assert answer.split()[1] in (b'400', b'404', b'503') and b'root:' not in answer


def test_giant_bodies_are_refused_unread(server, root):
    for headers, limit in ((root.http.headers, 12 << 20), ({}, 64 << 10)):
        cookie = '; '.join(f'{one.name}={one.value}' for one in root.http.cookies) if headers else ''
        with socket.create_connection(('127.0.0.1', server.port), timeout=10) as raw:
            raw.sendall((f'POST /_console/api/aws/kinesis/PutRecord HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n'
                         f'Content-Length: {limit + 1}\r\n\r\n').encode())
            answer = raw.recv(65536)
        assert answer.startswith(b'HTTP/1.1 413') and b'"code":"ContentTooLarge"' in answer
    assert root.session()['signedIn'] is True


def test_deep_and_odd_bodies_are_refused(root):
    for body in ('[' * 100_000, '{"a":' * 5000, '"', '{"StreamName": "\\ud800"}', '[]', 'null', '\x00'):
        answer = root.post('aws/kinesis/ListStreams', data=body.encode(), headers={'content-type': 'application/json'})
        assert answer.status_code == 400, body[:20]
        answer = root.post('sign-in', data=body.encode()[:60_000], headers={'content-type': 'application/json'})
        assert answer.status_code == 400, body[:20]


def test_objects_of_buckets_cannot_act_as_the_console(server, account):
    s3 = server.client('s3', key=account)
    bucket = f'pages-{account}'
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-1'})
    s3.put_object(Bucket=bucket, Key='x.html', Body=b'<script>', ContentType='text/html')
    url = server.client('s3', key=account, signature_version='s3v4').generate_presigned_url(
        'get_object', Params={'Bucket': bucket, 'Key': 'x.html'})
    answer = requests.get(url, timeout=10)
    assert answer.content == b'<script>' and answer.headers['content-security-policy'] == 'sandbox'


def test_names_in_errors_stay_text(root):
    answer = root.aws('kinesis', 'DescribeStream', {'StreamName': '<script>alert(1)</script>'})
    assert answer.headers['content-type'] == 'application/json' and answer.headers['x-content-type-options'] == 'nosniff'
    assert root.post('aws/<script>/x').headers['content-type'] == 'application/json'
