import datetime
import json
import math
import os
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree
from pathlib import Path

import cbor2
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from conftest import REGION, allow

MINUTE = datetime.timedelta(minutes=1)


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response['Error']['Code'], error.value.response['Error']['Message']


def cli(aws, *arguments):
    environment = {**os.environ, 'AWS_ACCESS_KEY_ID': aws.account, 'AWS_SECRET_ACCESS_KEY': 'test',
                   'AWS_DEFAULT_REGION': REGION}
    return subprocess.run([Path(sys.executable).with_name('aws'), '--endpoint-url', aws.server.url, '--output', 'json',
                           *arguments], env=environment, capture_output=True, text=True, timeout=60)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


@pytest.fixture
def minute():
    """The beginning of a minute that has passed."""
    return now().replace(second=0, microsecond=0) - 10 * MINUTE


@pytest.fixture
def cloudwatch(aws):
    return aws('cloudwatch', parameter_validation=False)


@pytest.fixture
def put(cloudwatch):
    def put(*data, namespace='N'):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=list(data))
    return put


@pytest.fixture
def statistics(cloudwatch, minute):
    def statistics(*names, metric='m', **arguments):
        which = {'Statistics': list(names)} if names and not names[0].startswith('p') else {'ExtendedStatistics': list(names)}
        answer = cloudwatch.get_metric_statistics(**{
            'Namespace': 'N', 'MetricName': metric, 'StartTime': minute, 'EndTime': minute + 10 * MINUTE, 'Period': 60,
            **which, **arguments})
        assert answer['Label'] == metric
        return sorted(answer['Datapoints'], key=lambda point: (point['Timestamp'], point['Unit']))
    return statistics


def query(identifier='q', metric='m', stat='Sum', period=60, **more):
    return {'Id': identifier, 'MetricStat': {'Metric': {'Namespace': 'N', 'MetricName': metric}, 'Stat': stat, 'Period': period}, **more}


def test_statistics(put, statistics, minute):
    for value in (1, 2, 6):
        put({'MetricName': 'm', 'Value': value, 'Timestamp': minute, 'Unit': 'Count'})
    put({'MetricName': 'm', 'Value': 5, 'Timestamp': minute + 2 * MINUTE, 'Unit': 'Count'})
    first, second = statistics('SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum')
    assert first == {'Timestamp': minute, 'Unit': 'Count', 'SampleCount': 3.0, 'Sum': 9.0, 'Average': 3.0, 'Minimum': 1.0, 'Maximum': 6.0}
    assert second['Timestamp'] == minute + 2 * MINUTE and second['Sum'] == 5.0
    whole, = statistics('Sum', Period=600)
    assert whole == {'Timestamp': minute, 'Unit': 'Count', 'Sum': 14.0}
    assert statistics('Sum', Unit='Bytes') == [] and len(statistics('Sum', Unit='Count')) == 2
    assert statistics('Sum', metric='other') == []
    assert [point['Sum'] for point in statistics('Sum', EndTime=minute + 2 * MINUTE)] == [9.0], 'the end is exclusive'


def test_values_with_counts_and_statistic_sets(put, statistics, minute):
    put({'MetricName': 'm', 'Values': [1, 10], 'Counts': [3, 1], 'Timestamp': minute},
        {'MetricName': 'm', 'Timestamp': minute,
         'StatisticValues': {'SampleCount': 2, 'Sum': 100, 'Minimum': 0.5, 'Maximum': 99.5}})
    point, = statistics('SampleCount', 'Sum', 'Minimum', 'Maximum')
    assert (point['SampleCount'], point['Sum'], point['Minimum'], point['Maximum'], point['Unit']) == (6, 113, 0.5, 99.5, 'None')


def test_percentiles(put, statistics, minute):
    put({'MetricName': 'm', 'Values': list(range(1, 101)), 'Timestamp': minute})
    point, = statistics('p0', 'p50', 'p90', 'p99.9', 'p100')
    values = point['ExtendedStatistics']
    assert values['p0'] == 1 and values['p100'] == 100
    assert abs(values['p50'] - 50) < 2 and abs(values['p90'] - 90) < 2 and values['p99.9'] > 98


def test_high_resolution(put, statistics, minute):
    for second in (0, 1, 31):
        put({'MetricName': 'm', 'Value': 1, 'Timestamp': minute + datetime.timedelta(seconds=second), 'StorageResolution': 1})
    assert [point['Sum'] for point in statistics('Sum', Period=30)] == [2.0, 1.0]
    assert [point['Sum'] for point in statistics('Sum', Period=1, EndTime=minute + MINUTE)] == [1.0] * 3
    assert [point['Sum'] for point in statistics('Sum')] == [3.0]


def test_metrics_are_listed(cloudwatch, put):
    stage = [{'Name': 'stage', 'Value': 'a'}]
    put({'MetricName': 'm', 'Value': 1}, {'MetricName': 'm', 'Value': 1, 'Dimensions': stage}, {'MetricName': 'k', 'Value': 1})
    put({'MetricName': 'm', 'Value': 1}, namespace='M')

    def listed(**arguments):
        return [(metric['Namespace'], metric['MetricName'], metric['Dimensions'])
                for metric in cloudwatch.list_metrics(**arguments)['Metrics']]
    assert sorted(map(str, listed())) == sorted(map(str, [('M', 'm', []), ('N', 'k', []), ('N', 'm', []), ('N', 'm', stage)]))
    assert len(listed(Namespace='N')) == 3 and len(listed(MetricName='m')) == 3
    assert listed(Namespace='N', MetricName='k') == [('N', 'k', [])]
    assert listed(Dimensions=[{'Name': 'stage'}]) == listed(Dimensions=stage) == [('N', 'm', stage)]
    assert listed(Dimensions=[{'Name': 'stage', 'Value': 'b'}]) == []
    assert len(listed(RecentlyActive='PT3H')) == 4
    assert refused(cloudwatch.list_metrics, NextToken='???')[0] in ('InvalidParameterValue', 'InvalidParameterValueException')


def test_many_metrics_are_listed_in_pages(cloudwatch, put):
    put(*({'MetricName': f'm{number:04}', 'Value': 1} for number in range(1000)))
    pages = list(cloudwatch.get_paginator('list_metrics').paginate(Namespace='N'))
    assert [len(page['Metrics']) for page in pages] == [500, 500]
    assert len({metric['MetricName'] for page in pages for metric in page['Metrics']}) == 1000


@pytest.mark.parametrize('datum, code, message', [
    ({'Value': 1, 'Values': [1]}, 'InvalidParameterCombination',
     'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.'),
    ({'Value': 1, 'StatisticValues': {'SampleCount': 1, 'Sum': 1, 'Minimum': 1, 'Maximum': 1}}, 'InvalidParameterCombination',
     'The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have '
     'specified both.'),
    ({'Values': [1, 2], 'Counts': [1]}, 'InvalidParameterValue',
     'The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.'),
    ({}, 'InvalidParameterCombination', 'At least one of the parameters must be specified.'),
    ({'Value': math.nan}, 'InvalidParameterValue', 'The value NaN for parameter MetricData.member.1.Value is invalid.'),
    ({'Value': 2.0 ** 361}, 'InvalidParameterValue', None),
    ({'Value': 1, 'StorageResolution': 7}, 'InvalidParameterValue', None),
    ({'Value': 1, 'Timestamp': datetime.datetime(2020, 1, 1)}, 'InvalidParameterValue',
     'The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.'),
    ({'Value': 1, 'Timestamp': datetime.datetime(2999, 1, 1)}, 'InvalidParameterValue',
     'The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future.'),
    ({'Values': [1] * 151}, 'InvalidParameterValue',
     'The collection MetricData.member.1.Values must not have a size greater than 150.'),
    ({'StatisticValues': {'SampleCount': 1, 'Sum': 1, 'Minimum': 2, 'Maximum': 1}}, 'InvalidParameterValue', None),
])
def test_malformed_data(cloudwatch, datum, code, message):
    found = refused(cloudwatch.put_metric_data, Namespace='N', MetricData=[{'MetricName': 'm', **datum}])
    assert found[0] in (code, code + 'Exception')
    assert message is None or found[1] == message
    assert cloudwatch.list_metrics()['Metrics'] == []


def test_malformed_requests_change_nothing(cloudwatch):
    good = {'MetricName': 'm', 'Value': 1}
    assert 'AWS/Kinesis' in refused(cloudwatch.put_metric_data, Namespace='AWS/Kinesis', MetricData=[good])[1]
    code, _ = refused(cloudwatch.put_metric_data, Namespace='N', MetricData=[good, {'MetricName': 'm'}])
    assert code.startswith('InvalidParameterCombination')
    assert refused(cloudwatch.put_metric_data, Namespace='N', MetricData=[])[0].startswith('MissingParameter')
    assert 'size greater than 1000' in refused(cloudwatch.put_metric_data, Namespace='N', MetricData=[good] * 1001)[1]
    assert refused(cloudwatch.put_metric_data, MetricData=[good])
    assert refused(cloudwatch.put_metric_data, Namespace='N', MetricData=[{**good, 'Unit': 'Furlongs'}])
    assert refused(cloudwatch.put_metric_data, Namespace='N', MetricData=[
        {**good, 'Dimensions': [{'Name': f'{number}', 'Value': 'v'} for number in range(31)]}])
    assert cloudwatch.list_metrics()['Metrics'] == []


def test_statistics_refusals(cloudwatch, minute):
    def ask(**arguments):
        arguments = {'Namespace': 'N', 'MetricName': 'm', 'StartTime': minute, 'EndTime': minute + MINUTE, 'Period': 60,
                     'Statistics': ['Sum'], **arguments}
        return refused(cloudwatch.get_metric_statistics, **{name: value for name, value in arguments.items() if value})
    code, message = ask(EndTime=minute)
    assert code.startswith('InvalidParameterValue') and message == 'The parameter StartTime must be less than the parameter EndTime.'
    code, message = ask(StartTime=minute - datetime.timedelta(days=60), EndTime=minute)
    assert code.startswith('InvalidParameterCombination') and message == (
        'You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints '
        'requested by increasing Period, or decreasing the time range.')
    code, message = ask(ExtendedStatistics=['p50'])
    assert code.startswith('InvalidParameterCombination') and 'mutually exclusive' in message
    assert ask(Statistics=None)[0].startswith('InvalidParameterCombination')
    assert ask(Period=61)[0].startswith('InvalidParameterValue')
    assert ask(Statistics=None, ExtendedStatistics=['p101'])[0].startswith('InvalidParameterValue')
    assert ask(Statistics=['Median'])[0]


def test_metric_data(cloudwatch, put, minute):
    for offset in range(4):
        put({'MetricName': 'm', 'Value': offset + 1, 'Timestamp': minute + offset * MINUTE},
            {'MetricName': 'k', 'Value': 10, 'Timestamp': minute + offset * MINUTE})

    def ask(*queries, **arguments):
        return cloudwatch.get_metric_data(MetricDataQueries=list(queries), StartTime=minute, EndTime=minute + 10 * MINUTE, **arguments)
    result, = ask(query())['MetricDataResults']
    assert (result['Id'], result['Label'], result['StatusCode']) == ('q', 'm', 'Complete')
    assert result['Values'] == [4.0, 3.0, 2.0, 1.0] and result['Timestamps'][0] == minute + 3 * MINUTE, 'newest first'
    result, = ask(query(Label='shown'), ScanBy='TimestampAscending')['MetricDataResults']
    assert result['Values'] == [1.0, 2.0, 3.0, 4.0] and result['Label'] == 'shown'
    results = ask(query('a', ReturnData=False), query('b', 'k', ReturnData=False), {'Id': 'e', 'Expression': '(a + b) / 2 - 1'},
                  {'Id': 'f', 'Expression': '-e * 100'}, ScanBy='TimestampAscending')['MetricDataResults']
    assert [(result['Id'], result['Values']) for result in results] == [
        ('e', [4.5, 5.0, 5.5, 6.0]), ('f', [-450.0, -500.0, -550.0, -600.0])]
    assert ask(query(metric='missing'))['MetricDataResults'][0]['Values'] == []
    pages, token = [], {}
    while token is not None:
        page = ask(query('a'), query('b', 'k'), MaxDatapoints=3, **token)
        pages.append({result['Id']: result['Values'] for result in page['MetricDataResults']})
        token = {'NextToken': page['NextToken']} if 'NextToken' in page else None
    assert sum((page.get('a', []) for page in pages), []) == [4.0, 3.0, 2.0, 1.0]
    assert sum((page.get('b', []) for page in pages), []) == [10.0] * 4


def test_metric_data_refusals(cloudwatch, minute):
    def ask(*queries, **arguments):
        return refused(cloudwatch.get_metric_data, **{'MetricDataQueries': list(queries), 'StartTime': minute,
                                                      'EndTime': minute + MINUTE, **arguments})
    assert ask(query(), EndTime=minute) == ('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.')
    assert ask(query(), query()) == ('ValidationError', 'The values for parameter id in MetricDataQueries are not unique')
    assert ask(query('Upper'))[0] == 'ValidationError'
    assert ask()[0] == 'ValidationError'
    assert ask({'Id': 'q'})[0] == 'ValidationError'
    assert ask(query(Expression='1'))[0] == 'ValidationError'
    assert ask(query(stat='Mode'))[0] == 'ValidationError'
    assert ask(query(period=61))[0] == 'ValidationError'
    for expression in ('missing + 1', '1 +', 'SEARCH(1)', '1 + 1', '(' * 200):
        assert ask({'Id': 'e', 'Expression': expression})[0] == 'ValidationError', expression
    assert ask({'Id': 'e', 'Expression': 'f + 1'}, {'Id': 'f', 'Expression': 'e + 1'})[0] == 'ValidationError'


def signed(aws, headers, body, path='/'):
    request = AWSRequest('POST', aws.server.url + path, data=body, headers=headers)
    SigV4Auth(Credentials(aws.account, 'test'), 'monitoring', REGION).add_auth(request)
    return requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=30)


def rpc(aws, operation, value):
    answer = signed(aws, {'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor', 'accept': 'application/cbor'},
                    cbor2.dumps(value), f'/service/GraniteServiceVersion20100801/operation/{operation}')
    assert answer.headers['smithy-protocol'] == 'rpc-v2-cbor'
    return answer.status_code, answer.headers, cbor2.loads(answer.content) if answer.content else {}


def test_cbor(aws, statistics, minute):
    at = cbor2.CBORTag(1, minute.timestamp())
    status, headers, answer = rpc(aws, 'PutMetricData', {'Namespace': 'N', 'MetricData': [
        {'MetricName': 'm', 'Value': 2.5, 'Timestamp': at}, {'MetricName': 'm', 'Values': [1, 2.0], 'Timestamp': at}]})
    assert (status, answer) == (200, {})
    assert [point['Sum'] for point in statistics('Sum')] == [5.5]
    status, headers, answer = rpc(aws, 'GetMetricStatistics', {
        'Namespace': 'N', 'MetricName': 'm', 'StartTime': at, 'EndTime': cbor2.CBORTag(1, minute.timestamp() + 60),
        'Period': 60, 'Statistics': ['Sum', 'Average']})
    assert status == 200 and headers['content-type'] == 'application/cbor'
    point, = answer['Datapoints']
    assert point['Sum'] == 5.5 and point['Timestamp'] == minute, 'times are tagged'
    assert [metric['MetricName'] for metric in rpc(aws, 'ListMetrics', {})[2]['Metrics']] == ['m']


def test_cbor_refusals(aws):
    status, headers, answer = rpc(aws, 'PutMetricData', {'Namespace': 'N', 'MetricData': [{'MetricName': 'm', 'Value': 1, 'Values': [1]}]})
    assert status == 400 and answer['__type'].split('#')[-1].startswith('InvalidParameterCombination')
    assert headers['x-amzn-query-error'] == 'InvalidParameterCombination;Sender'
    assert 'mutually exclusive' in (answer.get('message') or answer.get('Message'))
    assert rpc(aws, 'NoSuchOperation', {})[0] in (400, 404)
    for body in (b'\xff', b'\xa1', b'\x9f' * 10_000, b'not cbor'):
        answer = signed(aws, {'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor'}, body,
                        '/service/GraniteServiceVersion20100801/operation/PutMetricData')
        assert answer.status_code == 400 and cbor2.loads(answer.content)['__type'], body[:10]


def test_query(aws, statistics, minute):
    form = {'Action': 'PutMetricData', 'Version': '2010-08-01', 'Namespace': 'N', 'MetricData.member.1.MetricName': 'm',
            'MetricData.member.1.Value': '2.5', 'MetricData.member.1.Timestamp': minute.strftime('%Y-%m-%dT%H:%M:%SZ'),
            'MetricData.member.1.Dimensions.member.1.Name': 'd', 'MetricData.member.1.Dimensions.member.1.Value': 'v'}
    headers = {'content-type': 'application/x-www-form-urlencoded; charset=utf-8'}
    answer = signed(aws, headers, urllib.parse.urlencode(form))
    assert answer.status_code == 200 and answer.headers['content-type'].startswith('text/xml')
    root = xml.etree.ElementTree.fromstring(answer.text)
    space = '{http://monitoring.amazonaws.com/doc/2010-08-01/}'
    assert root.tag == f'{space}PutMetricDataResponse' and root.find(f'{space}ResponseMetadata/{space}RequestId').text
    assert [point['Sum'] for point in statistics('Sum', Dimensions=[{'Name': 'd', 'Value': 'v'}])] == [2.5]
    answer = signed(aws, headers, urllib.parse.urlencode({**form, 'MetricData.member.1.Values.member.1': '1'}))
    assert answer.status_code == 400
    error = xml.etree.ElementTree.fromstring(answer.text).find(f'{space}Error')
    assert error.find(f'{space}Code').text == 'InvalidParameterCombination' and error.find(f'{space}Type').text == 'Sender'
    assert 'mutually exclusive' in error.find(f'{space}Message').text
    answer = signed(aws, headers, urllib.parse.urlencode({'Action': 'NoSuchAction', 'Version': '2010-08-01'}))
    assert answer.status_code == 400 and '<Code>InvalidAction</Code>' in answer.text


def test_json(aws, statistics, minute):
    headers = {'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData'}
    datum = {'MetricName': 'm', 'Value': 2.5, 'Timestamp': minute.timestamp()}
    answer = signed(aws, headers, json.dumps({'Namespace': 'N', 'MetricData': [datum]}))
    assert answer.status_code == 200 and [point['Sum'] for point in statistics('Sum')] == [2.5]
    answer = signed(aws, headers, json.dumps({'Namespace': 'N', 'MetricData': [{**datum, 'Values': [1]}]}))
    assert answer.status_code == 400 and answer.json()['__type'].split('#')[-1].startswith('InvalidParameterCombination')
    assert answer.headers['x-amzn-query-error'] == 'InvalidParameterCombination;Sender'


def test_permission_may_be_for_one_namespace(aws):
    own = {**allow('cloudwatch:PutMetricData'), 'Condition': {'StringEquals': {'cloudwatch:namespace': 'Mine'}}}
    cloudwatch = aws.user('u', own)('cloudwatch')
    cloudwatch.put_metric_data(Namespace='Mine', MetricData=[{'MetricName': 'm', 'Value': 1}])
    code, message = refused(cloudwatch.put_metric_data, Namespace='Theirs', MetricData=[{'MetricName': 'm', 'Value': 1}])
    assert code in ('AccessDenied', 'AccessDeniedException') and 'cloudwatch:PutMetricData' in message


def test_services_measure_themselves(aws, cloudwatch):
    kinesis = aws('kinesis')
    kinesis.create_stream(StreamName='s', ShardCount=1)
    kinesis.put_record(StreamName='s', PartitionKey='k', Data=b'12345')
    end = now() + 2 * MINUTE
    answer = cloudwatch.get_metric_statistics(
        Namespace='AWS/Kinesis', MetricName='IncomingBytes', Dimensions=[{'Name': 'StreamName', 'Value': 's'}],
        StartTime=end - 10 * MINUTE, EndTime=end, Period=600, Statistics=['Sum', 'SampleCount'])
    assert sum(point['Sum'] for point in answer['Datapoints']) == 5


def test_stored_data_survive_a_restart(start_server, minute):
    from conftest import Aws
    server = start_server()
    Aws(server, '123456789012')('cloudwatch').put_metric_data(
        Namespace='N', MetricData=[{'MetricName': 'm', 'Value': 7, 'Timestamp': minute}])
    server.kill()
    cloudwatch = Aws(start_server(data=server.data), '123456789012')('cloudwatch')
    result, = cloudwatch.get_metric_data(MetricDataQueries=[query()], StartTime=minute, EndTime=minute + MINUTE)['MetricDataResults']
    assert result['Values'] == [7.0]


def test_the_command_line(aws):
    answer = cli(aws, 'cloudwatch', 'put-metric-data', '--namespace', 'N', '--metric-name', 'm', '--value', '3', '--dimensions', 'a=b')
    assert answer.returncode == 0, answer.stderr
    answer = cli(aws, 'cloudwatch', 'list-metrics')
    assert json.loads(answer.stdout)['Metrics'] == [
        {'Namespace': 'N', 'MetricName': 'm', 'Dimensions': [{'Name': 'a', 'Value': 'b'}]}], answer.stderr
