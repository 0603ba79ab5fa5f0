"""Reads XML documents with lxml, independent of our Rust, and looks whether they have the shape of an outline.

One JSON object a line on standard input: {"xml": a text, "outline": {path: [names in their order]}, "prefixes": {address:
prefix}}. For each a JSON object a line on standard output: {"error": the first thing that is wrong or null, "root": its
name, "namespace": its address, "texts": [[path without the root, text], …] in the order of the document}.
"""

import json
import sys

from lxml import etree


def named(element, prefixes):
    name = etree.QName(element)
    prefix = prefixes.get(name.namespace)
    return f"{prefix}:{name.localname}" if prefix else name.localname


def walk(element, path, given, told):
    order = given["outline"].get(path, [])
    last = 0
    children = list(element)
    if not children:
        told["texts"].append([path.partition("/")[2], element.text or ""])
    elif (element.text or "").strip():
        told["error"] = told["error"] or f"{path} holds text beside elements"
    for child in children:
        if not isinstance(child.tag, str):
            told["error"] = told["error"] or f"{path} holds {child!r}"
            continue
        name = named(child, given["prefixes"])
        if name not in order:
            told["error"] = told["error"] or f"no {name} in {path}"
        elif order.index(name) < last:
            told["error"] = told["error"] or f"{name} in {path} comes too late"
        else:
            last = order.index(name)
        walk(child, f"{path}/{name}", given, told)


def main():
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    for line in sys.stdin:
        given = json.loads(line)
        told = {"error": None, "root": None, "namespace": None, "texts": []}
        try:
            root = etree.fromstring(given["xml"].encode(), parser)
        except etree.XMLSyntaxError as error:
            told["error"] = str(error)
        else:
            told["root"] = named(root, given["prefixes"])
            told["namespace"] = etree.QName(root).namespace
            walk(root, told["root"], given, told)
        print(json.dumps(told), flush=True)


main()
