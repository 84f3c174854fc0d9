#!/usr/bin/env python3
"""What an analyst's script does: read the table with pandas, normalize each distinct number with phonenumbers.

usage: pandas_load.py FILE; prints the number of rows and of valid numbers
"""
import sys

import pandas
import phonenumbers

table = pandas.read_csv(sys.argv[1], dtype=str)
table["start"] = pandas.to_datetime(table["start"], utc=True)
table["duration_s"] = pandas.to_numeric(table["duration_s"])


def normalized(text):
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return text, False
    if not phonenumbers.is_valid_number(number):
        return text, False
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), True


known = {text: normalized(text) for text in pandas.unique(table[["a", "b"]].values.ravel())}
for column in ("a", "b"):
    table[column] = table[column].map(lambda text: known[text][0])
table = table.drop_duplicates()
print(len(table), sum(valid for _, valid in known.values()))
