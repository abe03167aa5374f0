"""read.py ENDPOINT INDEX COUNT   Waits until the index holds COUNT documents and prints them as a table.

Uses whatever credentials and region the environment gives, as it would on AWS.
"""
import sys
import time
from urllib.parse import urlparse

import boto3
from opensearchpy import AWSV4SignerAuth, OpenSearch, RequestsHttpConnection


def main(endpoint, index, count):
    session = boto3.Session()
    signer = AWSV4SignerAuth(session.get_credentials(), session.region_name, 'aoss')
    client = OpenSearch(hosts=[{'host': urlparse(endpoint).hostname, 'port': 443}], http_auth=signer, use_ssl=True,
                        verify_certs=True, connection_class=RequestsHttpConnection)
    end = time.monotonic() + 30
    while (found := client.count(index=index)['count']) < count and time.monotonic() < end:
        time.sleep(0.1)
    hits = client.search(index=index, body={'size': count, 'sort': [{'EVENT_TIME': 'asc'}]})['hits']['hits']
    print(f'    {"EVENT_TIME":<26} {"TICKER":<7} {"PRICE":>8}')
    for hit in hits:
        price = hit['_source']
        print(f'    {price["EVENT_TIME"]:<26} {price["TICKER"]:<7} {price["PRICE"]:>8.2f}')
    print(f'    {found} documents in {index}')
    return 0 if found >= count else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
