#!/usr/bin/env python3
"""Keeps a folder of MARCXML files, one for each record, equal to the result of a query in a Reperio library.

    harvest.py http://127.0.0.1:8080 records                      the whole library
    harvest.py http://127.0.0.1:8080 records 'year:2020->'        the result of a query

The first run fetches everything. Each later run fetches the records that have changed since the last one, and removes the files of records
that are no longer found (deleted, or closed to the public). The next run repairs an interrupted one.
Only the standard library of Python 3.8 or newer is used.
"""
import argparse
import email.utils
import json
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET

MARC = 'http://www.loc.gov/MARC21/slim'
# Covers changes during the last run, and differences between clocks. Seconds.
OVERLAP = 60


def fetch(address):
    """The answer to GET, as the server wants to be asked: it says when to come back when it has too much to do."""
    while True:
        try:
            return urllib.request.urlopen(address, timeout=120)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                raise
            time.sleep(int(error.headers.get('Retry-After', '30')))


def search(base, **arguments):
    return fetch(f'{base}/search?{urllib.parse.urlencode(arguments)}')


def numbers(base, question):
    with search(base, p=question, of='id') as answer:
        clock = email.utils.parsedate_to_datetime(answer.headers['Date'])
        return set(json.load(answer)), clock.timestamp()


def records(base, **arguments):
    """All records in one answer (rg=-9999), read as it comes: a million take no more memory than one."""
    with search(base, of='xm', rg='-9999', **arguments) as answer:
        for _, element in ET.iterparse(answer):
            if element.tag == f'{{{MARC}}}record':
                yield element
                element.clear()


def one_record(base, number):
    with fetch(f'{base}/record/{number}/export/xm') as answer:
        return next(ET.parse(answer).getroot().iter(f'{{{MARC}}}record'))


def number_of(record):
    return int(record.find(f"{{{MARC}}}controlfield[@tag='001']").text)


def keep(folder, record):
    """Writes the record, whole or not at all. True when it differs from what was there."""
    path = folder / f'{number_of(record)}.xml'
    text = ET.tostring(record, encoding='utf-8', xml_declaration=True)
    if path.exists() and path.read_bytes() == text:
        return False
    part = path.with_suffix('.part')
    part.write_bytes(text)
    part.replace(path)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('base', help='address of the library')
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument('question', nargs='?', default='')
    arguments = parser.parse_args()
    base, folder, question = arguments.base.rstrip('/'), arguments.folder, arguments.question
    ET.register_namespace('', MARC)
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / 'harvest.json'
    before = json.loads(state.read_text()) if state.exists() else {}
    if before and before['question'] != question:
        sys.exit(f"{folder} has what {before['question']!r} finds: take another folder.")

    wanted, clock = numbers(base, question)
    held = {int(path.stem) for path in folder.glob('*.xml')}
    changed = 0
    since = {}
    if before:
        since = {'dt': 'm', 'd1': time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(before['clock'] - OVERLAP))}
    for record in records(base, p=question, **since):
        changed += keep(folder, record)
    # Such as were opened to the public, which changes no record.
    for number in sorted(wanted - {int(path.stem) for path in folder.glob('*.xml')}):
        try:
            changed += keep(folder, one_record(base, number))
        except urllib.error.HTTPError as error:
            if error.code not in (404, 410):
                raise
    gone = held - wanted
    for number in gone:
        (folder / f'{number}.xml').unlink()
    state.write_text(json.dumps({'question': question, 'clock': clock}))
    print(f'{len(wanted)} records: {changed} fetched, {len(gone)} removed.')


if __name__ == '__main__':
    main()
