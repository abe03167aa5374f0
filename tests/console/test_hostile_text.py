"""What came from outside is text, wherever the console shows it: never a tag, never a script, never a link that runs."""
import io
import json
import time
import urllib.parse
import zipfile

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from conftest import REGION, acceptance
from playwright.sync_api import expect

PASSWORD = 'Correct-horse-1'
RUN = 'window.pwned=1'
# Every one would set `pwned` if any page took it for more than text.
TEXTS = [f'<img src=x onerror={RUN}>', f'<script>{RUN}</script>', f'"><svg onload={RUN}>', f"'-{RUN}-'", f'javascript:{RUN}',
         f'</pre><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>', f'<a href="javascript:{RUN}">x</a>',
         f'{{{{constructor.constructor("{RUN}")()}}}}', f'<style onload={RUN}></style>', f'<math><mtext><img src=x onerror={RUN}>']


class Place:
    """A view with hostile text in it: where it is, what must be done to see it, and how it must read."""

    def __init__(self, route, *clicks):
        self.route, self.clicks = route, clicks


PLACES = {
    'documents': Place('#/discover/{collection}'),
    'log lines': Place('#/logs/%2Fhostile'),
    'object keys': Place('#/buckets/hostile'),
    'a template': Place('#/stacks/hostile?tab=template'),
    'stack outputs': Place('#/stacks/hostile?tab=outputs'),
    'a function': Place('#/functions/hostile'),
    'policies': Place('#/access'),
    'refusals': Place('#/refusals'),
}


def deployed(aws, text):
    template = {'Description': text, 'Resources': {'One': {'Type': 'AWS::SSM::Parameter', 'Properties': {
        'Name': 'hostile', 'Type': 'String', 'Value': text}}}, 'Outputs': {'Said': {'Value': text}}}
    cloudformation = aws('cloudformation')
    cloudformation.create_stack(StackName='hostile', TemplateBody=json.dumps(template))
    cloudformation.get_waiter('stack_create_complete').wait(StackName='hostile', WaiterConfig={'Delay': 1})


def function(aws):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w') as archive:
        archive.writestr('index.py', 'def handler(event, context):\n    return event\n')
    role = aws.role('hostile', 'lambda.amazonaws.com')
    aws('lambda').create_function(FunctionName='hostile', Runtime='python3.11', Role=role, Handler='index.handler',
                                  Code={'ZipFile': packed.getvalue()}, Description=' '.join(TEXTS)[:256])


def collection_with_documents(server, aws, who):
    service = aws('opensearchserverless')
    service.create_security_policy(name='hostile-key', type='encryption', policy=json.dumps(
        {'Rules': [{'ResourceType': 'collection', 'Resource': ['collection/hostile']}], 'AWSOwnedKey': True}))
    service.create_security_policy(name='hostile-net', type='network', policy=json.dumps([{'AllowFromPublic': True, 'Rules': [
        {'ResourceType': kind, 'Resource': ['collection/hostile']} for kind in ('collection', 'dashboard')]}]))
    service.create_access_policy(name='hostile-data', type='data', description=TEXTS[0], policy=json.dumps([{'Principal': [who], 'Rules': [
        {'ResourceType': 'index', 'Resource': ['index/hostile/*'], 'Permission': ['aoss:*']},
        {'ResourceType': 'collection', 'Resource': ['collection/hostile'], 'Permission': ['aoss:*']}]}]))
    identifier = service.create_collection(name='hostile', type='SEARCH')['createCollectionDetail']['id']
    while service.batch_get_collection(ids=[identifier])['collectionDetails'][0]['status'] != 'ACTIVE':
        time.sleep(0.1)
    key = aws('iam').create_access_key(UserName='reader')['AccessKey']
    lines = []
    for number, text in enumerate(TEXTS):
        document = {'said': text, f'field {number} <b onmouseover={RUN}>': text, 'at': '2026-01-01T00:00:00Z'}
        lines += [json.dumps({'index': {'_index': 'hostile'}}), json.dumps(document)]
    request = AWSRequest('POST', f'{server.url}/_aoss/{identifier}/_bulk', data='\n'.join(lines) + '\n',
                         headers={'content-type': 'application/x-ndjson'})
    SigV4Auth(Credentials(key['AccessKeyId'], key['SecretAccessKey']), 'aoss', REGION).add_auth(request)
    answer = requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30)
    assert answer.status_code == 200 and answer.json()['errors'] is False, answer.text
    return identifier


@pytest.fixture(scope='module')
def collection(server, aws, new_user):
    who = new_user('reader', PASSWORD, acceptance.allow('*'))
    text = ' '.join(TEXTS)
    logs, s3 = aws('logs'), aws('s3')
    logs.create_log_group(logGroupName='/hostile')
    logs.create_log_stream(logGroupName='/hostile', logStreamName='lines')
    logs.put_log_events(logGroupName='/hostile', logStreamName='lines', logEvents=[
        {'timestamp': int(time.time() * 1000), 'message': one} for one in TEXTS])
    s3.create_bucket(Bucket='hostile', CreateBucketConfiguration={'LocationConstraint': REGION})
    for one in TEXTS:
        s3.put_object(Bucket='hostile', Key=one.replace('/', '|'), Body=one.encode(), ContentType='text/html')
    deployed(aws, text[:900])
    function(aws)
    aws('iam').create_policy(PolicyName='hostile', Description=text[:900], PolicyDocument=json.dumps(
        {'Version': '2012-10-17', 'Statement': [{'Sid': 'X', **acceptance.allow('s3:GetObject', resource=f'arn:aws:s3:::{TEXTS[0]}')}]}))
    # Refused before anybody is known: the name and the client's own words are all hostile.
    requests.post(server.url, data='{}', timeout=10, headers={
        'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.ListStreams', 'user-agent': TEXTS[0],
        'authorization': f'AWS4-HMAC-SHA256 Credential={urllib.parse.quote(TEXTS[1])}/20260101/{REGION}/kinesis/aws4_request, '
                         'SignedHeaders=host;x-amz-date, Signature=00', 'x-amz-date': '20260101T000000Z'})
    return collection_with_documents(server, aws, who)


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('place', PLACES)
def test_it_stays_text(person, collection, place, scheme):
    one = person(scheme=scheme)
    page = one.sign_in('reader', PASSWORD, place=PLACES[place].route.format(collection=collection))
    expect(page.get_by_role('heading', level=1)).to_be_visible()
    page.wait_for_load_state('networkidle') if place not in ('refusals', 'log lines') else page.wait_for_timeout(500)
    # Also what only appears under the pointer or on demand.
    for name in ('Expand', 'Show', 'Details'):
        for button in page.locator('main').get_by_role('button', name=name).all()[:3]:
            button.click()
    assert page.evaluate('window.pwned') is None
    assert page.locator('main iframe, main script, main a[href^="javascript:"], main [onerror], main [onload]').count() == 0


def test_hostile_text_is_there_to_be_read(person, collection):
    page = person().sign_in('reader', PASSWORD, place='#/logs/%2Fhostile')
    expect(page.get_by_text(TEXTS[1]).first).to_be_visible()
    page = person().sign_in('reader', PASSWORD, place=f'#/discover/{collection}')
    expect(page.get_by_text(TEXTS[1]).first).to_be_visible()


def test_the_console_cannot_be_framed(person, server, tmp_path):
    outside = tmp_path / 'frame.html'
    outside.write_text(f'<iframe id=frame src="{server.url}/_console/"></iframe>')
    one = person()
    one.page.goto(outside.as_uri())
    frame = one.page.frame_locator('#frame')
    expect(frame.get_by_label('IAM user name')).to_have_count(0)
    one.faults.clear()  # the browser's own word that it refused to show the frame
