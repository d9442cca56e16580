"""Encodes and decodes protobuf messages by field numbers, without their definitions, for calls that tests make
directly."""


def varint(number):
    encoded = b""
    while number > 127:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def field(number, value):
    """Encodes one field: a message, bytes, a text or a number."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def _take_varint(data, at):
    result = shift = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return result, at


def fields(data):
    """Returns a message's fields by number, each as a list of its values: numbers, or bytes."""
    found, at = {}, 0
    while at < len(data):
        key, at = _take_varint(data, at)
        if key & 7 == 0:
            value, at = _take_varint(data, at)
        else:
            size, at = _take_varint(data, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
            value, at = data[at:at + size], at + size
        found.setdefault(key >> 3, []).append(value)
    return found
