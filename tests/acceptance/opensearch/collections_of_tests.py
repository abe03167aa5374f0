"""Collections with their policies, and clients for them."""
import json

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from conftest import REGION, allow
from opensearchpy import AWSV4SignerAuth, OpenSearch, RequestsHttpConnection
import requests

EVERYTHING = ('aoss:*',)


class Collection:
    def __init__(self, aws, kind='SEARCH', name='docs', public=True):
        self.aws, self.name = aws, name
        self.aoss = aws('opensearchserverless')
        rule = {'ResourceType': 'collection', 'Resource': [f'collection/{name}']}
        self.aoss.create_security_policy(name=f'{name}-enc', type='encryption',
                                         policy=json.dumps({'Rules': [rule], 'AWSOwnedKey': True}))
        if public:
            self.aoss.create_security_policy(name=f'{name}-net', type='network',
                                             policy=json.dumps([{'Rules': [rule], 'AllowFromPublic': True}]))
        self.id = self.aoss.create_collection(name=name, type=kind)['createCollectionDetail']['id']
        self.arn = f'arn:aws:aoss:{REGION}:{aws.account}:collection/{self.id}'

    def user(self, name, *permissions, indices='*', statements=(allow('aoss:APIAccessAll'),)):
        """Credentials of a new user with these IAM statements and permissions on indices."""
        credentials = self.aws.user(name, *statements)('sts')._request_signer._credentials
        if permissions:
            rules = [{'ResourceType': 'index', 'Resource': [f'index/{self.name}/{indices}'], 'Permission': list(permissions)}]
            if permissions == EVERYTHING:  # aliases and templates belong to the collection itself
                rules.append({'ResourceType': 'collection', 'Resource': [f'collection/{self.name}'], 'Permission': list(permissions)})
            self.aoss.create_access_policy(name=f'{self.name}-{name}', type='data', policy=json.dumps(
                [{'Rules': rules, 'Principal': [f'arn:aws:iam::{self.aws.account}:user/{name}']}]))
        return Credentials(credentials.access_key, credentials.secret_key)

    def client(self, credentials):
        return OpenSearch(hosts=[{'host': '127.0.0.1', 'port': self.aws.server.port}], url_prefix=f'_aoss/{self.id}',
                          http_auth=AWSV4SignerAuth(credentials, REGION, 'aoss'), use_ssl=False,
                          connection_class=RequestsHttpConnection, max_retries=0, timeout=30)

    def request(self, credentials, method, path, body=b'', headers=(), service='aoss'):
        """A raw request; unsigned without credentials."""
        url = f'{self.aws.server.url}/_aoss/{self.id}{path}'
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        request = AWSRequest(method, url, data=data, headers={'content-type': 'application/json', **dict(headers)})
        if credentials:
            SigV4Auth(credentials, service, REGION).add_auth(request)
        return requests.request(method, url, data=request.data, headers=dict(request.headers), timeout=30)
