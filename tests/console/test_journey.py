"""The example stack, seen by the people who work with it: its own user, an operator, and somebody without rights."""
import json
import pathlib
import re

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from conftest import REGION, ROOT, acceptance
from playwright.sync_api import expect

EXAMPLE = ROOT / 'examples/kinesis-to-opensearch'
SCREENSHOTS = ROOT / 'build/screenshots'
PASSWORD, VIEWERS_PASSWORD = 'Correct-horse-1', 'Ch4nge-me-soon'
OPERATE = ['kinesis:*', 'firehose:*', 'aoss:*', 's3:*', 'logs:*', 'cloudwatch:*', 'cloudformation:*', 'lambda:*',
           'cloudtrail:LookupEvents', 'iam:PassRole', 'ssm:*']


class Stage:
    """The deployed example and what tests need to know of it."""

    def __init__(self, server, aws, out):
        self.server, self.aws, self.out = server, aws, out
        self.collection = out['CollectionEndpoint'].removeprefix('https://').split('.')[0]
        self.index, self.stream = out['IndexName'], aws('kinesis').list_streams()['StreamNames'][0]
        self.delivery = aws('firehose').list_delivery_streams()['DeliveryStreamNames'][0]
        self.dashboards = f'/_aoss/{self.collection}/_dashboards/'
        key = aws('iam').create_access_key(UserName='operator')['AccessKey']
        self.key = Credentials(key['AccessKeyId'], key['SecretAccessKey'])

    def invoke(self):
        answer = self.aws('lambda').invoke(FunctionName=self.out['SourceFunction'])
        assert 'FunctionError' not in answer, answer['Payload'].read()

    def search(self, body):
        """As the operator."""
        request = AWSRequest('POST', f'{self.server.url}/_aoss/{self.collection}/{self.index}/_search', data=json.dumps(body),
                             headers={'content-type': 'application/json'})
        SigV4Auth(self.key, 'aoss', REGION).add_auth(request)
        return requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30).json()

    def count(self, query=None):
        found = self.search({'size': 0, 'track_total_hits': True, **({'query': query} if query else {})})
        return found['hits']['total']['value'] if 'hits' in found else 0


def create_stack(aws):
    s3, cloudformation = aws('s3'), aws('cloudformation')
    s3.create_bucket(Bucket='templates', CreateBucketConfiguration={'LocationConstraint': REGION})
    for template in EXAMPLE.glob('*.yaml'):
        s3.put_object(Bucket='templates', Key=f'prices/{template.name}', Body=template.read_bytes())
    identifier = cloudformation.create_stack(
        StackName='prices', TemplateURL=f'https://templates.s3.{REGION}.amazonaws.com/prices/main.yaml',
        Parameters=[{'ParameterKey': 'TemplateBucket', 'ParameterValue': 'templates'}],
        Capabilities=['CAPABILITY_NAMED_IAM'])['StackId']

    def ended():
        found, = cloudformation.describe_stacks(StackName=identifier)['Stacks']
        return None if found['StackStatus'].endswith('IN_PROGRESS') else found
    found = acceptance.eventually(ended, 180)
    assert found['StackStatus'] == 'CREATE_COMPLETE', found
    return {one['OutputKey']: one['OutputValue'] for one in found['Outputs']}


@pytest.fixture(scope='module')
def stage(server, aws, new_user):
    operator = new_user('operator', PASSWORD, acceptance.allow(*OPERATE))
    new_user('stranger', PASSWORD)
    stage = Stage(server, aws, create_stack(aws))
    rules = [{'ResourceType': 'index', 'Resource': ['index/prices/*'],
              'Permission': ['aoss:ReadDocument', 'aoss:WriteDocument', 'aoss:DescribeIndex']},
             {'ResourceType': 'collection', 'Resource': ['collection/prices'], 'Permission': ['aoss:DescribeCollectionItems']}]
    aws('opensearchserverless').create_access_policy(type='data', name='operators', policy=json.dumps(
        [{'Rules': rules, 'Principal': [operator]}]))
    stage.invoke()
    acceptance.eventually(lambda: stage.count() == 10)
    return stage


@pytest.fixture(scope='module', autouse=True)
def screenshots():
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)


def picture(page, name):
    page.screenshot(path=str(pathlib.Path(SCREENSHOTS / f'{name}.png')))


def test_the_stacks_user_sees_exactly_ten_documents(person, stage):
    page = person().sign_in(stage.out['Viewer'], VIEWERS_PASSWORD, mount=stage.dashboards)
    total = page.get_by_test_id('discover-total')
    expect(total).to_contain_text('10')
    expect(page.get_by_test_id('time-chart').locator('canvas')).to_be_visible()
    picture(page, 'discover')

    ticker = stage.search({'size': 1})['hits']['hits'][0]['_source']['TICKER']
    wanted = stage.count({'match': {'TICKER': ticker}})
    page.get_by_test_id('field-TICKER').get_by_role('button').first.click()
    page.get_by_role('button', name=f'Filter for TICKER {ticker}').first.click()
    expect(total).to_contain_text(str(wanted))
    assert wanted < 10
    # The state is in the URL: somebody else sees the same.
    again = person().sign_in(stage.out['Viewer'], VIEWERS_PASSWORD, place=page.url.split('/_dashboards/')[1], mount=stage.dashboards)
    expect(again.get_by_test_id('discover-total')).to_contain_text(str(wanted))


def test_brushing_over_the_time_narrows_it(person, stage):
    page = person().sign_in(stage.out['Viewer'], VIEWERS_PASSWORD, mount=stage.dashboards)
    total = page.get_by_test_id('discover-total')
    expect(total).to_contain_text('10')
    over = page.get_by_test_id('time-chart').locator('.u-over')
    box = over.bounding_box()
    # The first three tenths of the time hold some of the ten, not all.
    page.mouse.move(box['x'] + 5, box['y'] + 30)
    page.mouse.down()
    page.mouse.move(box['x'] + box['width'] * 0.3, box['y'] + 30, steps=5)
    page.mouse.up()
    expect(total).to_have_text(re.compile(r'^\d\b'))


def test_the_maps_numbers_move_while_records_are_put(person, stage):
    page = person().sign_in('operator', PASSWORD)
    total = page.get_by_test_id(f'total-stream-{stage.stream}')
    expect(total).to_contain_text('10')
    expect(page.get_by_test_id(f'node-delivery-{stage.delivery}')).to_be_visible()
    expect(page.get_by_test_id('node-collection-prices')).to_be_visible()
    records = [{'Data': json.dumps({'EVENT_TIME': '2020-01-01T00:00:00', 'TICKER': 'MOVE', 'PRICE': 1.0}).encode(), 'PartitionKey': str(n)} for n in range(25)]
    stage.aws('kinesis').put_records(StreamName=stage.stream, Records=records)
    expect(total).to_contain_text('35')
    picture(page, 'pipeline')


def test_a_refusal_is_shown_with_its_reason_and_can_be_found(person, stage):
    page = person().sign_in(stage.out['Viewer'], VIEWERS_PASSWORD, place='#/streams')
    notice = page.get_by_test_id('error-notice').first
    expect(notice).to_contain_text('kinesis:ListStreams')
    expect(notice).to_contain_text('no identity-based policy allows')
    notice.get_by_role('link', name='Why was this refused?').click()
    row = page.get_by_test_id('refusal-row').filter(has_text='kinesis:ListStreams').first
    expect(row).to_contain_text('IAM')
    operator = person().sign_in('operator', PASSWORD, place='#/refusals')
    expect(operator.get_by_test_id('refusal-row').filter(has_text=stage.out['Viewer']).first).to_be_visible()
    picture(operator, 'refusals')


def test_somebody_without_rights_sees_refusals_and_no_data(person, stage):
    page = person().sign_in('stranger', PASSWORD, mount=stage.dashboards)
    expect(page.get_by_test_id('error-notice').first).to_be_visible()
    assert 'TICKER' not in page.inner_text('body')
    whole = person().sign_in('stranger', PASSWORD)
    links = whole.get_by_role('navigation', name='Views').get_by_role('link')
    for number in range(links.count()):
        link = links.nth(number)
        link.click()
        expect(link).to_have_attribute('aria-current', 'page')  # else the last view's notice is taken for this one's
        own = whole.get_by_text('Only your own refusals') if link.inner_text() == 'Refusals' else whole.get_by_test_id('error-notice')
        expect(own.first).to_be_visible()
        body = whole.inner_text('main')
        assert stage.stream not in body and stage.out['BackupBucket'] not in body, link.inner_text()


def test_a_stacks_events_come_as_they_happen(person, stage):
    page = person().sign_in('operator', PASSWORD, place='#/stacks')
    expect(page.get_by_role('link', name='prices', exact=True)).to_be_visible()
    template = {'Resources': {'One': {'Type': 'AWS::SSM::Parameter', 'Properties': {'Name': 'watched', 'Type': 'String', 'Value': 'x'}}}}
    stage.aws('cloudformation').create_stack(StackName='watched', TemplateBody=json.dumps(template))
    page.get_by_role('link', name='watched', exact=True).click()
    expect(page.get_by_text('CREATE_COMPLETE').first).to_be_visible()


def test_a_refused_document_is_driven_again(person, stage):
    policies = stage.aws('opensearchserverless')
    name = stage.out['DeliveryPolicyName']
    policy = policies.get_access_policy(type='data', name=name)['accessPolicyDetail']['policy']
    policies.delete_access_policy(type='data', name=name)
    before = stage.count()
    stage.invoke()
    acceptance.eventually(lambda: stage.aws('s3').list_objects_v2(Bucket=stage.out['BackupBucket']).get('Contents'))
    policies.create_access_policy(type='data', name=name, policy=json.dumps(policy))

    page = person().sign_in('operator', PASSWORD, place=f'#/delivery/{stage.delivery}')
    page.get_by_role('tab', name='Failed documents').click()
    page.locator('main table a').first.click()
    page.get_by_role('checkbox', name='Choose the document of line 1', exact=True).check(force=True)
    page.get_by_role('button', name=re.compile('^Re-drive')).click()
    expect(page.get_by_test_id('redrive-outcome').first).to_contain_text('Re-driven')
    acceptance.eventually(lambda: stage.count() == before + 1)
