"""A collection with its policies, for people at its dashboards."""
import json


def collection(aws, name, dashboards=True, reader=None):
    aoss = aws('opensearchserverless')
    rules = [{'ResourceType': kind, 'Resource': [f'collection/{name}']} for kind in ('collection', 'dashboard')]
    aoss.create_security_policy(name=f'{name}-enc', type='encryption',
                                policy=json.dumps({'Rules': [rules[0]], 'AWSOwnedKey': True}))
    aoss.create_security_policy(name=f'{name}-net', type='network', policy=json.dumps(
        [{'Rules': rules if dashboards else rules[:1], 'AllowFromPublic': True}]))
    if reader:
        aoss.create_access_policy(name=f'{name}-data', type='data', policy=json.dumps([{
            'Rules': [{'ResourceType': 'index', 'Resource': [f'index/{name}/*'], 'Permission': ['aoss:*']}],
            'Principal': [reader]}]))
    return aoss.create_collection(name=name, type='SEARCH')['createCollectionDetail']
