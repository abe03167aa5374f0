"""Where the application is mounted, and how its files are sent."""
import re

import pytest
import requests
from conftest import ROOT

BUILT = (ROOT / 'build/console/index.html').is_file()
MOUNTS = ['/_console', '/_aoss/abcdefghijklmnopqrst/_dashboards']


def get(server, path, **headers):
    return requests.get(server.url + path, headers=headers, allow_redirects=False, timeout=10)


@pytest.mark.parametrize('mount', MOUNTS)
def test_a_mount_ends_with_a_slash(server, mount):
    answer = get(server, mount)
    assert (answer.status_code, answer.headers['location']) == (302, mount + '/')


def test_a_browser_at_the_root_is_led_to_the_console(server):
    answer = get(server, '/', accept='text/html,application/xhtml+xml')
    assert (answer.status_code, answer.headers['location']) == (302, '/_console/')
    assert get(server, '/', accept='*/*').status_code == 403, 'everybody else asks S3'
    signed = server.client('s3', signature_version='s3v4').generate_presigned_url('list_buckets')
    answer = requests.get(signed, headers={'accept': 'text/html'}, allow_redirects=False, timeout=10)
    assert answer.status_code == 200 and '<ListAllMyBucketsResult' in answer.text


def test_names_of_aws_have_no_console_but_that_of_a_collection(server):
    answer = get(server, '/_console/', host='kinesis.ap-northeast-1.amazonaws.com')
    assert answer.status_code in (400, 403, 404) and 'text/html' not in answer.headers.get('content-type', '')
    answer = get(server, '/_dashboards', host='abcdefghijklmnopqrst.ap-northeast-1.aoss.amazonaws.com')
    assert (answer.status_code, answer.headers['location']) == (302, '/_dashboards/')
    answer = get(server, '/_dashboards/api/session', host='abcdefghijklmnopqrst.ap-northeast-1.aoss.amazonaws.com')
    assert answer.json()['collection'] == {'id': 'abcdefghijklmnopqrst'}
    answer = get(server, '/stocks/_search', host='abcdefghijklmnopqrst.ap-northeast-1.aoss.amazonaws.com')
    assert answer.status_code == 403, 'the rest of that name is the data plane'


@pytest.mark.parametrize('mount', MOUNTS)
@pytest.mark.skipif(BUILT, reason='this build has a console')
def test_a_build_without_the_application_says_so(server, mount):
    answer = get(server, mount + '/')
    assert (answer.status_code, answer.text) == (503, 'this build has no console\n')


@pytest.mark.parametrize('mount', MOUNTS)
@pytest.mark.skipif(not BUILT, reason='this build has no console')
def test_the_application_is_sent_packed_and_cached(server, mount):
    page = get(server, mount + '/')
    assert page.status_code == 200 and page.headers['content-type'] == 'text/html; charset=utf-8'
    assert page.headers['cache-control'] == 'no-cache' and page.headers['content-encoding'] == 'gzip'
    assert page.text == (ROOT / 'build/console/index.html').read_text()
    assert get(server, mount + '/', **{'accept-encoding': 'identity'}).text == page.text
    assert get(server, mount + '/', **{'if-none-match': page.headers['etag']}).status_code == 304
    for asset in re.findall(r'(?:src|href)="\./?(assets/[^"]+)"', page.text):
        answer = get(server, f'{mount}/{asset}')
        assert answer.status_code == 200 and answer.content == (ROOT / 'build/console' / asset).read_bytes()
        assert answer.headers['cache-control'] == 'public, max-age=31536000, immutable'
