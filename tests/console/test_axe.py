"""Every view for everybody: axe finds nothing serious, in dark and light, and nothing is wider than a phone."""
import json
import re
import urllib.parse

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from conftest import ACCOUNT, REGION, ROOT, acceptance
from playwright.sync_api import expect

AXE = (ROOT / 'console/node_modules/axe-core/axe.min.js').read_text()
VIEWS = re.findall(r"^  row\('\w+', '(\w+)'", (ROOT / 'console/src/app/views.ts').read_text(), re.MULTILINE)
SIZES = {'desk': (1280, 900), 'phone': (390, 844)}
USER = 'axel'

TRUST = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                 'Principal': {'Service': ['firehose.amazonaws.com', 'lambda.amazonaws.com']}}]}
RIGHTS = {'Version': '2012-10-17', 'Statement': [acceptance.allow('*')]}
STACK = {'Resources': {
    'Stream': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'Name': 'axe-stream', 'ShardCount': 2}},
    'Bucket': {'Type': 'AWS::S3::Bucket', 'Properties': {'BucketName': 'axe-bucket'}},
    'Role': {'Type': 'AWS::IAM::Role', 'Properties': {
        'RoleName': 'axe-role', 'AssumeRolePolicyDocument': TRUST,
        'Policies': [{'PolicyName': 'all', 'PolicyDocument': RIGHTS}]}},
    'Delivery': {'Type': 'AWS::KinesisFirehose::DeliveryStream', 'Properties': {
        'DeliveryStreamName': 'axe-delivery', 'ExtendedS3DestinationConfiguration': {
            'BucketARN': {'Fn::GetAtt': 'Bucket.Arn'}, 'RoleARN': {'Fn::GetAtt': 'Role.Arn'}}}},
    'LogGroup': {'Type': 'AWS::Logs::LogGroup', 'Properties': {'LogGroupName': '/axe/log'}},
    'Function': {'Type': 'AWS::Lambda::Function', 'Properties': {
        'FunctionName': 'axe-function', 'Runtime': 'python3.11', 'Handler': 'index.handler', 'Role': {'Fn::GetAtt': 'Role.Arn'},
        'Code': {'ZipFile': 'def handler(event, context):\n    return event\n'}}}}}


def collection(aws, name, reader):
    aoss = aws('opensearchserverless')
    rules = [{'ResourceType': kind, 'Resource': [f'collection/{name}']} for kind in ('collection', 'dashboard')]
    aoss.create_security_policy(name=f'{name}-enc', type='encryption',
                                policy=json.dumps({'Rules': rules[:1], 'AWSOwnedKey': True}))
    aoss.create_security_policy(name=f'{name}-net', type='network',
                                policy=json.dumps([{'Rules': rules, 'AllowFromPublic': True}]))
    aoss.create_access_policy(name=f'{name}-data', type='data', policy=json.dumps([{
        'Rules': [{'ResourceType': 'index', 'Resource': [f'index/{name}/*'], 'Permission': ['aoss:*']}],
        'Principal': [reader]}]))
    return aoss.create_collection(name=name, type='TIMESERIES')['createCollectionDetail']['id']


def index(server, key, identifier, count):
    lines = ''.join(f'{{"create": {{}}}}\n{{"@timestamp": "2026-01-01T00:00:{n:02}Z", "TICKER": "ACME", "PRICE": {n}}}\n'
                    for n in range(count))
    request = AWSRequest('POST', f'{server.url}/_aoss/{identifier}/ticks/_bulk', data=lines,
                         headers={'content-type': 'application/x-ndjson'})
    SigV4Auth(Credentials(key['AccessKeyId'], key['SecretAccessKey']), 'aoss', REGION).add_auth(request)
    answer = requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30)
    assert answer.status_code == 200 and answer.json()['errors'] is False, answer.text


@pytest.fixture(scope='session')
def place(server, aws):
    """Something of everything, so that no view is looked at empty; answers the collection's id and a user's key."""
    iam, s3, cloudformation = aws('iam'), aws('s3'), aws('cloudformation')
    cloudformation.create_stack(StackName='axe', TemplateBody=json.dumps(STACK), Capabilities=['CAPABILITY_NAMED_IAM'])
    iam.create_user(UserName=USER, Tags=[{'Key': 'team', 'Value': 'prices'}])
    iam.create_login_profile(UserName=USER, Password='Correct-horse-1')
    iam.put_user_policy(UserName=USER, PolicyName='all', PolicyDocument=json.dumps(RIGHTS))
    key = iam.create_access_key(UserName=USER)['AccessKey']
    identifier = collection(aws, 'axe', f'arn:aws:iam::{ACCOUNT}:user/{USER}')
    index(server, key, identifier, 50)
    cloudformation.get_waiter('stack_create_complete').wait(StackName='axe', WaiterConfig={'Delay': 1, 'MaxAttempts': 60})
    s3.put_object(Bucket='axe-bucket', Key='a/b.json', Body=b'{"a": 1}\n{"a": 2}\n', Metadata={'who': 'axe'})
    aws('kinesis').put_record(StreamName='axe-stream', PartitionKey='k', Data=b'{"TICKER": "ACME"}')
    logs = aws('logs')
    logs.create_log_stream(logGroupName='/axe/log', logStreamName='s')
    logs.put_log_events(logGroupName='/axe/log', logStreamName='s',
                        logEvents=[{'timestamp': 1_767_225_600_000, 'message': '<b>a line</b>'}])
    poor = keys_of_nobody(iam)
    with pytest.raises(Exception, match='AccessDenied'):  # something for the refusals
        server.client('kinesis', **poor).list_streams()
    return {'collection': identifier, 'key': key['AccessKeyId'], 'secret': key['SecretAccessKey'], 'poor': poor}


def keys_of_nobody(iam):
    iam.create_user(UserName='axel-the-poor')
    key = iam.create_access_key(UserName='axel-the-poor')['AccessKey']
    return {'key': key['AccessKeyId'], 'secret': key['SecretAccessKey']}


def settled(page):
    expect(page.get_by_text(re.compile(r'^Loading [^:]*$'))).to_have_count(0)  # a colon: that it was refused
    expect(page.locator('h1')).to_have_count(1)


def examine(page, sizes=tuple(SIZES)):
    """Each size in both colours."""
    for name in sizes:
        width, height = SIZES[name]
        page.set_viewport_size({'width': width, 'height': height})
        for scheme in ('light', 'dark'):
            page.emulate_media(color_scheme=scheme, reduced_motion='reduce')
            found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
            serious = [f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
                       for one in found['violations'] if one['impact'] in ('serious', 'critical')]
            assert serious == [], f'{page.url} at the {name}, {scheme}'
        beyond = page.evaluate('() => document.documentElement.scrollWidth - document.documentElement.clientWidth')
        assert beyond == 0, f'{page.url} is {beyond} px too wide at the {name}'
    settled(page)


def visit(person, place, route, mount='/_console/'):
    one = person()
    one.context.add_init_script(AXE)
    page = one.sign_in_with_key(place['key'], place['secret'], route, mount)
    settled(page)
    return page


def test_every_view_is_known():
    assert len(VIEWS) >= 8


@pytest.mark.parametrize('view', VIEWS)
def test_a_view(person, place, view):
    examine(visit(person, place, f'#/{view}'))


@pytest.mark.parametrize('view', VIEWS)
def test_a_view_to_somebody_without_rights(person, place, view):
    examine(visit(person, place['poor'], f'#/{view}'), sizes=['phone'])


@pytest.mark.parametrize('route', [
    f'access/users/{USER}', 'access/roles', 'access/roles/axe-role', 'access/policies', 'access/data', 'access/data/axe-data',
    'access/network/axe-net', 'access/encryption/axe-enc', 'access/policies/'
    + urllib.parse.quote('arn:aws:iam::aws:policy/AdministratorAccess', safe=''), 'collections/{collection}',
    'buckets/axe-bucket', 'buckets/axe-bucket?prefix=a%2F', 'buckets/axe-bucket?key=a%2Fb.json', 'buckets/no-such-bucket',
    'discover?collection={collection}&index=ticks', 'devtools?collection={collection}', 'refusals?layer=sign-in',
    'streams/axe-stream', 'streams/axe-stream?tab=records', 'delivery/axe-delivery', 'stacks/axe', 'functions/axe-function',
    'logs/%2Faxe%2Flog'])
def test_a_page_inside_a_view(person, place, route):
    examine(visit(person, place, '#/' + route.format(**place)))


def test_the_details_of_a_refusal(person, place):
    page = visit(person, place, '#/refusals')
    page.get_by_test_id('refusal-row').filter(has_text='kinesis:ListStreams').first.get_by_role('link').click()
    expect(page.get_by_test_id('refusal-detail')).to_contain_text('What would have to change')
    examine(page)


def test_the_way_in(person):
    one = person()
    one.context.add_init_script(AXE)
    page = one.open()
    expect(page.get_by_role('heading', name='Sign in to Standpipe')).to_be_visible()
    examine(page)
    page.get_by_role('tab', name='Access key').click()
    examine(page)


def test_a_collections_own_dashboards(person, place):
    examine(visit(person, place, '#/discover', f'/_aoss/{place["collection"]}/_dashboards/'))
