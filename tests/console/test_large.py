"""Thousands of everything: a view shows a page of them, and only that page travels and becomes part of the document."""
import concurrent.futures
import datetime
import json

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from conftest import ACCOUNT, REGION, acceptance
from playwright.sync_api import expect

MANY = 10_000
OBJECTS = 2_500  # more than two pages of S3; each is a request of its own
PASSWORD = 'Correct-horse-1'
USER = 'many'
# What a page may add to the browser's document, and bring over the wire, whatever there is of it.
ELEMENTS, BYTES = 6_000, 2_000_000


def objects(aws):
    s3 = aws('s3')
    s3.create_bucket(Bucket='many', CreateBucketConfiguration={'LocationConstraint': REGION})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: s3.put_object(Bucket='many', Key=f'object-{number:05}', Body=b'x'), range(OBJECTS)))


def log_lines(aws):
    logs = aws('logs')
    logs.create_log_group(logGroupName='/many')
    logs.create_log_stream(logGroupName='/many', logStreamName='lines')
    now = int(datetime.datetime.now().timestamp() * 1000)
    logs.put_log_events(logGroupName='/many', logStreamName='lines', logEvents=[
        {'timestamp': now - MANY + number, 'message': f'line {number:05}'} for number in range(MANY)])


def metrics(aws):
    cloudwatch = aws('cloudwatch')
    for first in range(0, MANY, 1000):
        cloudwatch.put_metric_data(Namespace='Many', MetricData=[
            {'MetricName': f'metric-{number:05}', 'Value': number} for number in range(first, first + 1000)])


def documents(server, aws, who):
    service = aws('opensearchserverless')
    rules = [{'ResourceType': kind, 'Resource': ['collection/many']} for kind in ('collection', 'dashboard')]
    service.create_security_policy(name='many-key', type='encryption', policy=json.dumps({'Rules': rules[:1], 'AWSOwnedKey': True}))
    service.create_security_policy(name='many-net', type='network', policy=json.dumps([{'AllowFromPublic': True, 'Rules': rules}]))
    service.create_access_policy(name='many-data', type='data', policy=json.dumps([{'Principal': [who], 'Rules': [
        {'ResourceType': 'index', 'Resource': ['index/many/*'], 'Permission': ['aoss:*']}]}]))
    identifier = service.create_collection(name='many', type='TIMESERIES')['createCollectionDetail']['id']
    key = aws('iam').create_access_key(UserName=USER)['AccessKey']
    now = datetime.datetime.now(datetime.timezone.utc)
    lines = ''.join('{"create": {}}\n' + json.dumps({
        '@timestamp': (now - datetime.timedelta(milliseconds=10 * number)).isoformat(), 'TICKER': f'T{number % 7}',
        'PRICE': number, 'NOTE': 'x' * 200}) + '\n' for number in range(MANY))
    request = AWSRequest('POST', f'{server.url}/_aoss/{identifier}/many/_bulk', data=lines,
                         headers={'content-type': 'application/x-ndjson'})
    SigV4Auth(Credentials(key['AccessKeyId'], key['SecretAccessKey']), 'aoss', REGION).add_auth(request)
    answer = requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=60)
    assert answer.status_code == 200 and answer.json()['errors'] is False, answer.text[:1000]
    return identifier


@pytest.fixture(scope='module')
def collection(server, aws, new_user):
    who = new_user(USER, PASSWORD, acceptance.allow('*'))
    objects(aws)
    log_lines(aws)
    metrics(aws)
    assert who == f'arn:aws:iam::{ACCOUNT}:user/{USER}'
    return documents(server, aws, who)


PLACES = {
    'objects': ('#/buckets/many', 'object-00000'),
    'log lines': ('#/logs/%2Fmany', 'line '),
    'metrics': ('#/metrics?namespace=Many', 'metric-'),
    'documents': ('#/discover/{collection}', 'T0'),
}


@pytest.mark.parametrize('place', PLACES)
def test_a_page_of_ten_thousand(person, collection, place):
    route, text = PLACES[place]
    one = person()
    travelled = []
    one.page.on('response', lambda answer: travelled.append(answer))
    page = one.sign_in(USER, PASSWORD, place=route.format(collection=collection))
    expect(page.locator('main').get_by_text(text).first).to_be_visible()
    assert page.evaluate('document.querySelectorAll("*").length') < ELEMENTS
    sizes = {answer.url: len(answer.body()) for answer in travelled if '/api/' in answer.url and answer.ok}
    assert sum(sizes.values()) < BYTES, sizes
