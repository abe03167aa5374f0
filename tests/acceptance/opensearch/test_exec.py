"""Programs under `standpipe exec` reach collections by their own names, over TLS that they verify."""
import subprocess
import sys

from collections_of_tests import EVERYTHING, Collection
from conftest import BINARY, REGION

PROGRAM = '''
import sys
import boto3
from opensearchpy import AWSV4SignerAuth, OpenSearch, RequestsHttpConnection
session = boto3.Session()
signer = AWSV4SignerAuth(session.get_credentials(), session.region_name, 'aoss')
client = OpenSearch(hosts=[{'host': sys.argv[1], 'port': 443}], http_auth=signer, use_ssl=True, verify_certs=True,
                    connection_class=RequestsHttpConnection)
client.index(index='orders', body={'price': 1})
print(client.search(index='orders')['hits']['hits'][0]['_source'])
'''


def test_a_collection_by_its_own_name_with_certificate_verification(aws):
    collection = Collection(aws)
    ann = collection.user('ann', *EVERYTHING)
    done = subprocess.run(
        [BINARY, 'exec', '--server', aws.server.address, '--data', aws.server.data, '--access-key', ann.access_key,
         '--secret-key', ann.secret_key, '--region', REGION, '--', sys.executable, '-c', PROGRAM,
         f'{collection.id}.{REGION}.aoss.amazonaws.com'], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "{'price': 1}"), done.stderr
