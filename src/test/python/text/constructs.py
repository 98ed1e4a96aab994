"""Single Jinja constructs, each a template over VARIABLES."""

import more_constructs

VARIABLES = {
    "name": "World",
    "empty": "",
    "text": "  Hello, wide World!\n",
    "unicode": "Grüße 😀 日本語 é",
    "quotes": "it's \"quoted\" \\ back\tslash",
    "lines": "one\ntwo\n\nthree\n",
    "n": 7,
    "negative": -7,
    "zero": 0,
    "x": 2.5,
    "big": 9007199254740993,
    "huge": 2**70 + 1,
    "hugest": -(10**40),
    "yes": True,
    "no": False,
    "nothing": None,
    "numbers": [3, 1, 2, 3],
    "words": ["pear", "Apple", "fig", "apple"],
    "nested": [[1, 2], [3, 4]],
    "mixed": [1, "two", 3.0, None, True, [], {}],
    "none_list": [],
    "user": {"name": "Ada", "age": 36, "items": "shadow", "tags": ["a", "b"], "none": None},
    "people": [
        {"name": "Bo", "age": 30, "city": {"name": "Oslo"}},
        {"name": "al", "age": 25, "city": {"name": "Rome"}},
        {"name": "Cy", "age": 30, "city": {"name": "Oslo"}},
    ],
    "empty_dict": {},
    "nones": [None, 1, None],
    "html": "<p class='a'>x &amp; y</p>  <!-- c --> z",
    "tree": [{"n": "a", "kids": [{"n": "b", "kids": [{"n": "c", "kids": []}]}, {"n": "d", "kids": []}]}],
    "prose": "The quick-witted fox -- red, and well-fed -- jumped over 1,234 lazy dogs\nand ran away again today.",
    "schema": {
        "type": "function",
        "function": {"name": "get", "parameters": {"required": ["a"], "x": 1.0, "y": None}},
        "ünï": "<&>\u2028\"'",
    },
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " Hi "},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Bye"},
    ],
}

# Rendered by both; an error in jinja2 must be an error here.
CONSTRUCTS = r"""
{{ name }}
{{ nothing }}|{{ yes }}|{{ no }}
{{ missing }}|{{ user.missing }}
{{ missing.attribute }}
{{ user.missing.deeper }}
{{ missing['x'] }}
{{ missing() }}
{{ missing + 1 }}
{{ -missing }}
{{ missing < 1 }}
{{ missing == other }}|{{ missing == none }}|{{ missing != '' }}
{{ missing is defined }}|{{ name is defined }}|{{ user.missing is defined }}
{{ not missing is defined }}|{{ not name is defined }}
{{ missing | length }}|{{ missing | list }}|{{ missing | upper }}|{{ missing | join(',') }}
{{ missing | int }}
{{ missing | tojson }}
{% for a in missing %}{{ a }}{% else %}none{% endfor %}
{{ 1 }} {{ 1.0 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 1e16 }} {{ 123456789012345680.0 }} {{ 0.1 + 0.2 }}
{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1_0.5_0 }}
{{ 1e22 }} {{ 1e21 }} {{ 100000000000000000000.0 }} {{ 5e-324 }} {{ 0.0001 }} {{ 0.00001 }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 % 2 }} {{ -7.5 // 2 }}
{{ 7 / 2 }} {{ 8 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 0.5 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 10 - 2 - 3 }} {{ 2 * 3 % 4 }}
{{ n + true }} {{ true + true }} {{ -true }} {{ true * 3 }} {{ +n }} {{ -negative }}
{{ '-' * 3 }}|{{ 3 * 'ab' }}|{{ 'x' * 0 }}|{{ 'x' * -1 }}|{{ [1, 2] * 2 }}|{{ 2 * (1,) }}
{{ 'a' + 'b' }}|{{ [1] + [2] }}|{{ (1,) + (2, 3) }}
{{ 'a' + 1 }}
{{ 1 + 'a' }}
{{ [1] + (2,) }}
{{ 'a' ~ 1 ~ 2.0 ~ none ~ true ~ [1, 'x'] ~ missing }}
{{ 1 ~ 2 + 3 }}
{{ 'a' ~ 'b' * 2 }}
{{ 1 < 2 < 3 }}|{{ 1 < 2 > 3 }}|{{ 3 > 2 > 1 }}|{{ 1 == 1.0 }}|{{ 1 == true }}|{{ 0 == false }}|{{ '' == false }}
{{ 'a' < 'b' }}|{{ 'B' < 'a' }}|{{ '\uffff' < '😀' }}|{{ [1, 2] < [1, 3] }}|{{ (1,) < (1, 0) }}
{{ 'a' < 1 }}
{{ none < 1 }}
{{ big == 9007199254740992.0 }}|{{ big > 9007199254740992.0 }}
{{ [1, [2]] == [1, [2.0]] }}|{{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }}|{{ (1, 2) == [1, 2] }}
{{ 'a' in 'cat' }}|{{ 'x' in 'cat' }}|{{ 'x' not in 'cat' }}|{{ 1 in [1, 2] }}|{{ '1' in [1] }}|{{ 'name' in user }}
{{ 1 in 'cat' }}
{{ 'a' in none }}
{{ 'a' in missing }}|{{ missing in [1] }}|{{ none in [none] }}
{{ 1 in 5 }}
{{ 3 in range(5) }}|{{ 5 in range(5) }}|{{ 'x' in range(3) }}|{{ 4 in range(0, 10, 2) }}
{{ yes and no }}|{{ yes or no }}|{{ not yes }}|{{ 'a' and 'b' }}|{{ '' or 'c' }}|{{ 0 or none }}|{{ not '' }}
{{ yes and missing.x is defined if no else 'ok' }}
{{ 'a' if yes else 'b' }}|{{ 'a' if no else 'b' }}|{{ 'a' if no }}|{{ 'a' if no else 'b' if no else 'c' }}
{{ ('a' if no) is defined }}
{{ ('a' if no).x }}
{{ 1 if 0 else 2 if 0 else 3 }}
{{ [1, 'a', none, true, 2.0] }}|{{ [] }}|{{ [1,] }}
{{ (1, 2) }}|{{ (1,) }}|{{ () }}|{{ 1, 2 }}|{{ (1) }}
{{ {'a': 1, 'b': [2], 3: none} }}|{{ {} }}|{{ {'a': 1,} }}
{{ {'a': 1}['a'] }}|{{ {'a': 1}.a }}|{{ {1: 'x'}[1] }}|{{ {1: 'x'}[1.0] }}|{{ {1: 'x'}[true] }}
{{ {'a': 1, 'a': 2} }}
{{ {[1]: 2} }}
{{ quotes }}|{{ [quotes] }}|{{ ["it's"] }}|{{ ['say "hi"'] }}
{{ ['\\x00\\x7f\\xa0\\xad\\u200b\\u2028é😀\\U000e0001'] }}
{{ 'a\\nb\\tc\\\\d\\'e\\"f' }}|{{ "\\x41\\u00e9\\U0001F600\\101" }}|{{ 'a\\qb' }}
{{ 'unterminated }}
{{ '\\x4' }}
{{ 'a' 'b' "c" }}
{{ user.name }}|{{ user['name'] }}|{{ user.age }}|{{ user['tags'][0] }}|{{ user.tags.1 }}|{{ user.tags[-1] }}
{{ user.items is callable }}|{{ user['items'] }}|{{ user.none }}|{{ user['keys'] is callable }}
{{ numbers[0] }}|{{ numbers[-1] }}|{{ numbers[10] }}|{{ numbers[-10] }}|{{ numbers['x'] }}|{{ numbers[true] }}
{{ name[0] }}|{{ name[-1] }}|{{ name[9] }}|{{ unicode[6] }}|{{ unicode[-1] }}
{{ nothing[0] }}|{{ nothing.x }}|{{ n[0] }}|{{ n.x }}
{{ nothing.x.y }}
{{ numbers[1:] }}|{{ numbers[:2] }}|{{ numbers[::2] }}|{{ numbers[::-1] }}|{{ numbers[-2:] }}|{{ numbers[1:-1] }}
{{ numbers[10:] }}|{{ numbers[:-10] }}|{{ numbers[3:1] }}|{{ numbers[2:0:-1] }}|{{ numbers[:none] }}|{{ numbers[-100:100] }}
{{ name[1:3] }}|{{ name[::-1] }}|{{ unicode[6:8] }}|{{ unicode[::-1] }}|{{ name[::2] }}|{{ name[5:] }}|{{ name[-3:-1] }}
{{ (1, 2, 3)[1:] }}|{{ (1, 2, 3)[::-1] }}
{{ numbers[::0] }}
{{ nothing[1:] }}
{{ missing[1:] }}
{{ user[1:] }}
{{ n[1:] }}
{{ numbers['a':] }}
{{ messages[-1].role }}|{{ messages[-1]['content'] }}|{{ messages[1:][0].content }}|{{ messages[0]['role'] == 'system' }}
{{ text.strip() }}|{{ text.lstrip() }}|{{ text.rstrip() }}|{{ 'xxhixx'.strip('x') }}|{{ 'abcba'.lstrip('ab') }}|{{ 'x'.strip(none) }}
{{ '\\u00a0\\u3000a\\u2003\\x1c'.strip() }}|{{ '\\u200ba'.strip() == 'a' }}
{{ name.upper() }}|{{ name.lower() }}|{{ 'ß ŉ ǆ İ'.upper() }}|{{ 'ΑΣ İ'.lower() }}
{{ "they're bill's  friends x2y".title() }}|{{ 'ǆ ß ﬁx'.title() }}|{{ 'hELLO wORLD'.capitalize() }}|{{ 'ßa'.capitalize() }}|{{ ''.capitalize() }}
{{ 'aBc'.swapcase() }}
{{ 'a,b,,c'.split(',') }}|{{ 'a,b,,c'.split(',', 1) }}|{{ ' a  b '.split() }}|{{ ' a  b c '.split(none, 1) }}|{{ ''.split() }}|{{ ''.split(',') }}
{{ 'a,b,c'.rsplit(',', 1) }}|{{ ' a  b c '.rsplit(none, 1) }}|{{ 'a,b'.rsplit(',') }}|{{ 'aaa'.split('aa') }}|{{ 'aaa'.rsplit('aa') }}
{{ 'a-b-c'.split(sep='-', maxsplit=1) }}|{{ 'a b'.split(maxsplit=0) }}|{{ 'a,b'.split(',', 0) }}
{{ 'abc'.split('') }}
{{ 'abc'.split(1) }}
{{ lines.splitlines() }}|{{ 'a\\r\\nb\\rc\\x0bd\\u2028e'.splitlines() }}|{{ 'a\\nb'.splitlines(true) }}|{{ ''.splitlines() }}
{{ '<think>x</think>y'.split('</think>')[-1] }}|{{ '<think>x</think>y'.split('</think>')[0].split('<think>')[-1] }}
{{ name.startswith('Wo') }}|{{ name.startswith(('x', 'W')) }}|{{ name.endswith('ld') }}|{{ name.endswith(()) }}|{{ ''.startswith('') }}
{{ name.startswith(1) }}
{{ 'aXbXc'.replace('X', '-') }}|{{ 'aXbXc'.replace('X', '-', 1) }}|{{ 'abc'.replace('', '.') }}|{{ 'é😀'.replace('', '.') }}|{{ 'abc'.replace('', '.', 2) }}|{{ ''.replace('', 'x') }}
{{ 'hello'.find('l') }}|{{ 'hello'.find('z') }}|{{ 'hello'.rfind('l') }}|{{ '😀é'.find('é') }}|{{ 'hello'.index('l') }}|{{ 'hello'.count('l') }}|{{ 'aaaa'.count('aa') }}|{{ 'abc'.count('') }}
{{ 'hello'.index('z') }}
{{ ', '.join(['a', 'b']) }}|{{ ''.join([]) }}|{{ '-'.join('abc') }}|{{ ','.join(user) }}
{{ ', '.join([1, 2]) }}
{{ 'v1.2'.removeprefix('v') }}|{{ 'a.py'.removesuffix('.py') }}|{{ 'a.py'.removesuffix('') }}
{{ 'a=b=c'.partition('=') }}|{{ 'a=b=c'.rpartition('=') }}|{{ 'abc'.partition('=') }}|{{ 'abc'.rpartition('=') }}
{{ '42'.zfill(5) }}|{{ '-42'.zfill(5) }}|{{ 'a'.ljust(3) }}|{{ 'a'.rjust(3, '.') }}|{{ 'ab'.center(5, '*') }}|{{ 'a'.center(4, '*') }}|{{ 'abc'.center(2) }}
{{ '12'.isdigit() }}|{{ '1²'.isdigit() }}|{{ ''.isdigit() }}|{{ 'aé'.isalpha() }}|{{ 'a1'.isalnum() }}|{{ ' \\t'.isspace() }}|{{ 'AB1'.isupper() }}|{{ 'ab!'.islower() }}|{{ '1'.isupper() }}
{{ '{} and {}'.format(1, 'x') }}|{{ '{0}{1}{0}'.format('a', 'b') }}|{{ '{x}{{}}'.format(x=none) }}|{{ '{!r}'.format('q') }}
{{ '{}'.format() }}
{{ '{} {0}'.format(1) }}
{{ 'abc'.missing }}|{{ 'abc'.missing is defined }}
{{ 'abc'.missing() }}
{{ ''.__class__ }}|{{ [].__len__ is defined }}
{{ ''.__class__.__mro__ }}
{{ user._private }}|{{ user.__class__ is defined }}
{{ '%s and %d' % ('a', 3) }}|{{ '%5.1f|%-4s|%04d|%+d' % (2.25, 'x', 7, 7) }}|{{ '%x %X %o %c %%' % (255, 255, 8, 'z') }}|{{ '%r' % 'a' }}
{{ '%(a)s-%(b)d' % {'a': 1, 'b': 2} }}|{{ '%s' % [1, 2] }}|{{ '%s' % {'a': 1} }}|{{ '%s' % none }}|{{ 'abc' % {} }}|{{ '%.2s' % 'abc' }}|{{ '%3d' % 5 }}|{{ '%d' % 3.9 }}
{{ 'abc' % [1] }}|{{ 'abc' % missing }}|{{ '%s' % missing }}|{{ 'abc' % range(2) }}
{{ '\\é\\😀' }}|{{ {('a', 'b'): 1}['a', 'b'] }}|{{ numbers[1, 2] }}|{{ numbers[[1]] }}
{{ '%s %s' % 'a' }}
{{ '%s' % ('a', 'b') }}
{{ '%d' % 'x' }}
{{ 'abc' % 1 }}
{{ '%' % 1 }}
{{ user.keys() | list }}|{{ user.values() | list | length }}|{{ {'a': 1}.items() | list }}|{{ {'a': 1}.keys() }}|{{ {'a': 1}.values() }}|{{ {'a': 1}.items() }}
{{ user.get('name') }}|{{ user.get('zip') }}|{{ user.get('zip', 'none') }}|{{ user.get('zip') is none }}
{{ user.get(default=1) }}
{{ user.get() }}
{{ user.keys()[0] }}
{{ user.keys() | first }}|{{ user.keys() | length }}|{{ 'name' in user.keys() }}|{{ 36 in user.values() }}|{{ ('age', 36) in user.items() }}
{{ user.copy() == user }}|{{ numbers.copy() }}|{{ numbers.count(3) }}|{{ numbers.index(2) }}|{{ (1, 2, 1).count(1) }}|{{ ('a', 'b').index('b') }}
{{ numbers.index(9) }}
{{ numbers.append }}|{{ numbers.append is defined }}|{{ user.update is defined }}
{{ numbers.append(4) }}
{{ user.update({'a': 1}) }}
{{ user.pop('name') }}
{{ numbers.sort() }}
{{ range(3) | list }}|{{ range(1, 4) | list }}|{{ range(5, 0, -2) | list }}|{{ range(3) }}|{{ range(0, 6, 2) }}|{{ range(3)[1] }}|{{ range(3)[-1] }}|{{ range(0) | list }}
{{ range(100001) }}
{{ range(1, 2, 0) }}
{{ range('a') }}
{{ range(3) == range(0, 3) }}|{{ range(3) | length }}|{{ range(10) | sum }}
{{ dict(a=1, b='x') }}|{{ dict({'a': 1}, b=2) }}|{{ dict([('a', 1)]) }}|{{ dict() }}
{% set ns = namespace(a=1) %}{% set ns.a = ns.a + 1 %}{% set ns.b = 'x' %}{{ ns.a }}{{ ns.b }}{{ ns.c }}{{ ns.c is defined }}
{% set ns = namespace() %}{% for m in messages %}{% set ns.last = m.role %}{% endfor %}{{ ns.last }}|{{ ns }}
{% set ns = namespace(found=false, items=[]) %}{% for i in numbers %}{% if i == 1 %}{% set ns.found = true %}{% endif %}{% set ns.items = ns.items + [i] %}{% endfor %}{{ ns.found }}{{ ns.items }}
{% set user.name = 'x' %}
{% set missing.name = 'x' %}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}{{ ns._x is defined }}
{% set a = 1 %}{{ a }}{% set a, b = 2, 3 %}{{ a }}{{ b }}{% set (c, d) = [4, 5] %}{{ c }}{{ d }}{% set e = 1, 2 %}{{ e }}
{% set a, b = [1] %}
{% set a, b = 5 %}
{% set a %}x{{ n }}y{% endset %}[{{ a }}]
{% set a | upper | replace('X', '-') %}x{{ n }}y{% endset %}[{{ a }}]
{% set a %}{% set inner = 1 %}z{% endset %}{{ a }}{{ inner }}
{% set true = 1 %}
{% set none %}x{% endset %}
{% if yes %}a{% endif %}|{% if no %}a{% elif n > 5 %}b{% else %}c{% endif %}|{% if none_list %}a{% else %}b{% endif %}
{% if yes %}{% set inside = 1 %}{% endif %}{{ inside }}
{% if none_list or empty_dict or empty or zero or nothing or missing or 0.0 %}t{% else %}f{% endif %}
{% if numbers | select('gt', 100) %}truthy generator{% endif %}
{% for i in numbers %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}
{% for i in numbers %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}
{% for i in numbers %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}
{% for i in numbers %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}
{% for i in numbers %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i > 1) }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}
{% for i in 'ab' %}{% for j in 'cd' %}{{ loop.index }}{{ loop.depth }}{{ i }}{{ j }} {% endfor %}{{ loop.index }}{% endfor %}
{% for i in numbers %}{{ loop }} {% endfor %}
{% for i in [] %}x{% else %}empty{{ i }}{% endfor %}|{% for i in [1] %}x{% else %}empty{% endfor %}
{% for i in numbers if i > 1 %}{{ i }}{{ loop.index }}/{{ loop.length }} {% endfor %}
{% for i in numbers if i > 100 %}{{ i }}{% else %}none{% endfor %}
{% for i in numbers if loop.first %}{{ i }}{% endfor %}
{% for k, v in user.items() %}{{ k }}={{ v }};{% endfor %}|{% for k in user %}{{ k }};{% endfor %}
{% for k, v in user | items %}{{ k }}={{ v }};{% endfor %}|{% for k, v in user | dictsort %}{{ k }};{% endfor %}
{% for a, b in nested %}{{ a }}-{{ b }} {% endfor %}|{% for (a, b) in nested %}{{ a }}{% endfor %}|{% for i, (a, b) in [(1, (2, 3))] %}{{ i }}{{ a }}{{ b }}{% endfor %}
{% for a, b in numbers %}{{ a }}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}
{% for c in 'é😀x' %}{{ c }},{% endfor %}
{% for i in n %}{{ i }}{% endfor %}
{% for i in nothing %}{{ i }}{% endfor %}
{% set x = 0 %}{% for i in numbers %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}
{% for i in numbers %}{{ seen }}{% set seen = i %}{{ seen }} {% endfor %}[{{ seen }}]
{% for name in words %}{{ name }} {% endfor %}{{ name }}
{% for i in 1, 2, 3 %}{{ i }}{% endfor %}|{% for i in (1, 2) %}{{ i }}{% endfor %}
{% for i in numbers %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}|{% for i in numbers %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% else %}e{% endfor %}
{% for i in numbers %}{% set a %}{% if loop.first %}{% continue %}{% endif %}{{ i }}{% endset %}<{{ a }}>{% endfor %}
{% break %}
{% for i in numbers %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{% for i in numbers recursive %}{{ i }}{% endfor %}x
{% for i in numbers %}{{ i }}
{% endfor %}
{% endif %}
{% for i in numbers %}x{% endif %}
{% macro hi(a, b='B') %}<{{ a }},{{ b }}>{% endmacro %}{{ hi(1) }}{{ hi(1, 2) }}{{ hi(b=3, a=4) }}{{ hi() }}
{% macro hi(a) %}{{ a }}{% endmacro %}{{ hi(1, 2) }}
{% macro hi(a) %}{{ a }}{% endmacro %}{{ hi(c=2) }}
{% macro hi(a, b=a ~ '!') %}{{ b }}{% endmacro %}{{ hi('x') }}
{% macro hi() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ hi(1, 2, c=3) }}
{% macro hi() %}{{ name }}{{ later }}{% endmacro %}{% set later = 'L' %}{{ hi() }}
{% macro hi() %}{% set name = 'inner' %}{{ name }}{% endmacro %}{{ hi() }}{{ name }}
{% macro fact(k) %}{{ 1 if k < 2 else k * (fact(k - 1) | int) }}{% endmacro %}{{ fact(5) }}
{% macro hi(a) %}{{ a.b }}{% endmacro %}{{ hi() }}
{% macro hi(a, b=1) %}{% endmacro %}{{ hi.name }}|{{ hi.arguments }}|{{ hi.catch_kwargs }}|{{ hi.caller }}|{{ hi }}
{% macro hi() %}  x  {% endmacro %}[{{ hi() | trim }}]{{ hi() is string }}{{ hi() | length }}
{% macro box(t) %}[{{ t }}:{{ caller() }}]{% endmacro %}{% call box('T') %}body {{ n }}{% endcall %}
{% macro each(xs) %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(v) each(numbers) %}<{{ v }}>{% endcall %}
{% macro box() %}{{ caller is defined }}{% endmacro %}{{ box() }}
{% macro nocall() %}x{% endmacro %}{% call nocall() %}y{% endcall %}
{% macro a(x, x) %}{% endmacro %}
{% macro a(x=1, y) %}{% endmacro %}
{% call name %}x{% endcall %}
{% if yes %}{% macro inner() %}I{% endmacro %}{% endif %}{{ inner() }}
{% for i in [1, 2] %}{% macro show() %}{{ i }}{{ loop.index }}{% endmacro %}{{ show() }}{% endfor %}
{% filter upper %}a{{ name }}b{% endfilter %}|{% filter replace('a', 'b') | upper %}aaa{% endfilter %}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}|{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q }}
{% set a = 'out' %}{% with a = 'in', b = a %}{{ a }}{{ b }}{% endwith %}
{% print name, n %}
{% generation %}A{{ name }}{% set g = 1 %}{% endgeneration %}[{{ g }}]
{% raw %}{{ not }} {% a %} {# c #}{% endraw %}|{%- raw -%}  {{ x }}  {%- endraw -%}  |
a {# comment #} b {#- trimmed -#} c
{# unclosed
{% raw %}unclosed
{{ name
{% if yes
{{ }}
{{ name name }}
{{ 1 + }}
{{ (1, 2 }}
{{ [1, 2) }}
{{ a. }}
{{ a.b.1.c }}|{{ nested.0.1 }}|{{ nested[0].1 }}
{{ name | }}
{{ name | unknownfilter }}
{{ name is unknowntest }}
{% unknowntag %}
{% do numbers.append(1) %}
{{ 5 $ 6 }}
{{ name; }}
{{ {'a' 1} }}
{{ f(a=1, 2) }}
{{ '}}' }}{{ "{%" }}{{ {'a': {'b': 1}}['a']['b'] }}
{{ {'a': {'b': 1}} }}
a{{- ' b ' -}} c|a {{ 'b' }} c|{{+ 'd' }}
{{-1}}|{{ -1 }}|{{- -1 -}}
{{ text | trim }}|{{ 'xhix' | trim('x') }}|{{ none | trim }}|{{ 5 | trim }}
{{ words | length }}|{{ unicode | length }}|{{ user | count }}|{{ empty | length }}
{{ n | length }}
{{ nothing | length }}
{{ numbers | map('string') | length }}
{{ name | upper }}|{{ name | lower }}|{{ "they're (big) [old] <x>-y it's" | title }}|{{ 'hELLO wORLD' | capitalize }}|{{ 5 | upper }}|{{ none | lower }}
{{ 'aXbX' | replace('X', '-') }}|{{ 'aXbX' | replace('X', '-', 1) }}|{{ 5 | replace(5, 6) }}|{{ 'aXbX' | replace(old='X', new='') }}
{{ numbers | join(', ') }}|{{ numbers | join }}|{{ people | join(', ', attribute='name') }}|{{ people | map(attribute='city.name') | join('-') }}|{{ 'abc' | join('.') }}|{{ [none, 1, 'a'] | join(',') }}
{{ n | join }}
{{ missing | default('d') }}|{{ missing | d }}|{{ empty | default('d') }}|{{ empty | default('d', true) }}|{{ nothing | default('d') }}|{{ nothing | default('d', boolean=true) }}|{{ none | default(none) is none }}|{{ user.missing | default('deep') }}
{{ missing.deeper | default('d') }}
{{ numbers | first }}|{{ numbers | last }}|{{ [] | first }}|{{ [] | last }}|{{ 'abc' | first }}|{{ 'abc' | last }}|{{ user | first }}
{{ ([] | first).x }}
{{ numbers | map('string') | last }}
{{ missing | first }}|{{ missing | last }}
{{ 'ab' | list }}|{{ user | list }}|{{ (1, 2) | list }}|{{ range(2) | list }}
{{ n | list }}
{{ words | map('upper') | list }}|{{ people | map(attribute='age') | list }}|{{ people | map(attribute='zip', default='?') | list }}|{{ nested | map('first') | list }}|{{ words | map('replace', 'p', 'P') | list }}|{{ numbers | map('string') | map('length') | list }}
{{ people | map(attribute='zip') | list }}
{{ words | map | list }}
{{ words | map('nofilter') | list }}
{{ [] | map('nofilter') | list }}
{{ numbers | select | list }}|{{ numbers | select('odd') | list }}|{{ numbers | reject('odd') | list }}|{{ mixed | select | list }}|{{ mixed | reject | list }}|{{ words | select('equalto', 'fig') | list }}|{{ numbers | select('in', [1, 2]) | list }}|{{ numbers | select('>', 1) | list }}|{{ mixed | select('string') | list }}
{{ people | selectattr('age', 'equalto', 30) | map(attribute='name') | list }}|{{ people | rejectattr('age', 'gt', 26) | list | length }}|{{ people | selectattr('age') | list | length }}|{{ people | selectattr('zip', 'defined') | list }}|{{ messages | selectattr('role', '==', 'user') | list | length }}|{{ people | selectattr('city.name', 'eq', 'Oslo') | list | count }}|{{ messages | rejectattr('role', 'in', ['system']) | map(attribute='role') | join(' ') }}
{{ people | selectattr | list }}
{{ numbers | select('notest') | list }}
{% set g = numbers | map('string') %}{{ g | list }}{{ g | list }}
{% set g = numbers | select('odd') %}{% for i in g %}{{ i }}{{ loop.last }}{% endfor %}|{% for i in g %}{{ i }}{% else %}consumed{% endfor %}
{% for i in numbers | select('odd') %}{{ loop.length }}{{ loop.revindex }} {% endfor %}
{{ user | items | list }}|{{ missing | items | list }}|{{ {} | items | list }}
{{ numbers | items | list }}
{{ user | dictsort | map('first') | list }}|{{ {'b': 1, 'A': 2, 'c': 0} | dictsort }}|{{ {'b': 1, 'A': 2, 'c': 0} | dictsort(true) }}|{{ {'b': 1, 'A': 2} | dictsort(by='value') }}|{{ {'b': 1, 'A': 2} | dictsort(reverse=true) }}
{{ {'b': 1} | dictsort(by='x') }}
{{ numbers | dictsort }}
{{ numbers | sort }}|{{ numbers | sort(reverse=true) }}|{{ words | sort }}|{{ words | sort(case_sensitive=true) }}|{{ people | sort(attribute='age,name') | map(attribute='name') | join }}|{{ people | sort(reverse=true, attribute='age') | map(attribute='name') | join }}|{{ 'bca' | sort }}|{{ user.keys() | sort }}
{{ mixed | sort }}
{{ [1, 'a'] | sort }}
{{ numbers | unique | list }}|{{ words | unique | list }}|{{ words | unique(true) | list }}|{{ people | unique(attribute='age') | map(attribute='name') | list }}|{{ [1, 1.0, true, 2] | unique | list }}
{{ nested | unique | list }}
{{ numbers | reverse | list }}|{{ name | reverse }}|{{ unicode | reverse }}|{{ (1, 2) | reverse | list }}|{{ numbers | map('string') | reverse }}|{% for m in messages | reverse %}{{ m.role[0] }}{% endfor %}
{{ 5 | reverse }}
{{ 5 | string }}|{{ 2.0 | string }}|{{ none | string }}|{{ [1] | string | length }}|{{ true | string }}
{{ '42' | int }}|{{ '4.7' | int }}|{{ 'x' | int }}|{{ 'x' | int(-1) }}|{{ 4.9 | int }}|{{ -4.9 | int }}|{{ true | int }}|{{ none | int }}|{{ ' 5 ' | int }}|{{ '1_000' | int }}|{{ '0x1F' | int(base=16) }}|{{ 'ff' | int(0, 16) }}|{{ '101' | int(0, 2) }}|{{ [] | int }}|{{ '1e3' | int }}|{{ '+5' | int }}
{{ '4.5' | float }}|{{ '4' | float }}|{{ 'x' | float }}|{{ 'x' | float(1.5) }}|{{ 3 | float }}|{{ none | float }}|{{ 'inf' | float }}|{{ '-1e-3' | float }}|{{ '.5' | float }}|{{ '5.' | float }}|{{ 'nan' | float }}
{{ -5 | abs }}|{{ -2.5 | abs }}|{{ true | abs }}|{{ (-5) | abs }}
{{ 'x' | abs }}
{{ 2.5 | round }}|{{ 3.5 | round }}|{{ 42.55 | round(1) }}|{{ 42 | round }}|{{ 42.4 | round | int }}|{{ 42.1 | round(method='ceil') }}|{{ 42.19 | round(1, 'floor') }}|{{ -2.5 | round }}|{{ 1234 | round(-2) }}|{{ 5 | round(2, 'ceil') }}|{{ -0.4 | round }}|{{ 2.675 | round(2) }}
{{ 'x' | round }}
{{ numbers | sum }}|{{ people | sum(attribute='age') }}|{{ numbers | sum(start=10) }}|{{ [] | sum }}|{{ [0.1, 0.2] | sum }}|{{ [[1], [2]] | sum(start=[]) }}
{{ words | sum }}
{{ numbers | min }}|{{ numbers | max }}|{{ words | min }}|{{ words | max }}|{{ people | max(attribute='age') }}|{{ [] | min }}|{{ words | min(case_sensitive=true) }}|{{ 'hello' | max }}
{{ mixed | min }}
{{ lines | indent }}|{{ lines | indent(2, true) }}|{{ lines | indent(width=2, blank=true) }}|{{ lines | indent('> ') }}|{{ 'a' | indent }}|{{ '' | indent(2, true) }}
{{ 5 | indent }}
{{ 'x<y & "z"' | escape }}|{{ '<' | e | e }}|{{ '<b>' | safe }}|{{ 5 | e }}|{{ ('<' | e) ~ '<' }}|{{ '<b>' | e | upper }}|{{ ('<' | e) is escaped }}|{{ '<' | safe | length }}|{{ ('<' | safe) == '<' }}|{{ ' a ' | safe | trim }}|{{ {'a': '<' | safe} | tojson }}
{{ 'Hi %s %s' | format('a', 2) }}|{{ '%(x)s' | format(x=1) }}|{{ '%.3f' | format(2) }}
{{ '%s' | format }}
{{ '%s' | format('a', 'b') }}
{{ numbers | batch(3) | list }}|{{ numbers | batch(3, 'x') | list }}|{{ numbers | slice(3) | list }}|{{ numbers | slice(3, 'x') | list }}|{{ range(10) | slice(4) | map('list') | list }}
{% for g in people | groupby('age') %}{{ g.grouper }}:{{ g.list | map(attribute='name') | join(',') }};{{ g[0] }}{% endfor %}|{% for k, v in people | groupby('city.name') %}{{ k }}{{ v | length }}{% endfor %}
{{ [{'a': 'x'}, {'a': 'X'}, {}] | groupby('a', default='y') }}|{{ [{'a': 1}] | groupby('a') }}
{{ 'a b&c/d=é' | urlencode }}|{{ {'a b': 'c d', 'e': '/'} | urlencode }}|{{ [('x', 1)] | urlencode }}|{{ 5 | urlencode }}
{{ "Hello, wide world it's é" | wordcount }}|{{ '' | wordcount }}
{{ 'ab' | center(6) }}|{{ 'abc' | center(6) }}|{{ 'a' | center | length }}
{{ user | tojson }}|{{ mixed | tojson }}|{{ schema | tojson }}|{{ 'é😀\\n\\x00\\x7f</script>' | tojson }}|{{ 1.0 | tojson }}|{{ 1e22 | tojson }}|{{ (1, 2) | tojson }}
{{ schema | tojson(indent=2) }}
{{ schema | tojson(indent=4) }}|{{ [[], {}, [1]] | tojson(indent=1) }}|{{ [1, [2]] | tojson(indent=0) }}|{{ [1] | tojson(indent='--') }}
{{ schema | tojson(ensure_ascii=true) }}|{{ schema | tojson(separators=(',', ':')) }}|{{ {'b': 1, 'a': {'d': 1, 'c': 2}} | tojson(sort_keys=true) }}|{{ {'b': 1, 'a': 2} | tojson(sort_keys=true, indent=2) }}
{{ {1: 'a', none: 'b', 'x': 1.5} | tojson }}
{{ numbers | map('string') | tojson }}
{{ user.keys() | tojson }}
{{ range(3) | tojson }}
{{ {(1, 2): 3} | tojson }}
{{ user.tags | tojson | length }}|{{ user | tojson is string }}
{{ n is odd }}|{{ n is even }}|{{ n is divisibleby 7 }}|{{ n is divisibleby(3) }}|{{ -7 is odd }}|{{ 2.0 is even }}
{{ 'x' is odd }}
{{ n is number }}|{{ x is number }}|{{ yes is number }}|{{ '1' is number }}|{{ n is integer }}|{{ yes is integer }}|{{ 1.0 is integer }}|{{ x is float }}|{{ n is float }}|{{ yes is boolean }}|{{ 1 is boolean }}|{{ none is none }}|{{ nothing is none }}|{{ missing is none }}
{{ name is string }}|{{ n is string }}|{{ user is mapping }}|{{ numbers is mapping }}|{{ namespace() is mapping }}|{{ user.items() is mapping }}
{{ name is iterable }}|{{ numbers is iterable }}|{{ user is iterable }}|{{ n is iterable }}|{{ none is iterable }}|{{ missing is iterable }}|{{ range(2) is iterable }}|{{ (numbers | map('string')) is iterable }}|{{ user.keys() is iterable }}
{{ name is sequence }}|{{ numbers is sequence }}|{{ user is sequence }}|{{ n is sequence }}|{{ none is sequence }}|{{ missing is sequence }}|{{ range(2) is sequence }}|{{ (numbers | map('string')) is sequence }}|{{ user.keys() is sequence }}|{{ (1, 2) is sequence }}
{{ range is callable }}|{{ name is callable }}|{{ name.upper is callable }}|{{ missing is callable }}|{{ raise_exception is callable }}
{{ yes is true }}|{{ 1 is true }}|{{ no is false }}|{{ 0 is false }}|{{ none is false }}|{{ yes is sameas true }}|{{ none is sameas none }}|{{ 1 is sameas true }}
{{ 'abc' is lower }}|{{ 'ABC' is upper }}|{{ 'Abc' is lower }}|{{ '' is lower }}|{{ '1' is upper }}
{{ n is eq 7 }}|{{ n is equalto 7 }}|{{ n is ne 7 }}|{{ n is gt 5 }}|{{ n is lt 5 }}|{{ n is ge 7 }}|{{ n is le(6) }}|{{ n is in [7] }}|{{ n is not in [7] }}|{{ n is greaterthan 5 }}|{{ n is lessthan 5 }}
{{ n is not odd }}|{{ not n is odd }}|{{ n is odd and yes }}|{{ n is odd or no }}|{{ n is defined if yes else 'z' }}
{{ 1 + n is odd }}|{{ n is odd ~ 'x' }}|{{ 'tojson' is filter }}|{{ 'nope' is filter }}|{{ 'odd' is test }}
{{ n is odd is even }}
{{ n is divisibleby }}
{{ n is odd(1) }}
{{ 'a' is lower 1 }}
{{ numbers | sort(reverse=missing) }}
{{ numbers | sort(reverse='x') }}
{% filter list %}ab{% endfilter %}
{% call dict() %}{% endcall %}
{{ name }}{#
{{ messages | length > 2 }}|{{ messages | length - 1 }}|{{ -1 * messages | length }}|{{ (messages | length) % 2 == 0 }}
{{ 'a' | upper ~ 'b' | upper }}|{{ ('a' ~ 'b') | upper }}|{{ 'a' ~ 'b' | upper }}|{{ name | upper | lower | title }}
{{ name | replace('W', 'w') | upper == 'WORLD' }}|{{ not name | length > 3 }}|{{ name.upper() | lower }}|{{ (name | upper).lower() }}
{{ numbers | length | string ~ '!' }}|{{ [numbers | first, numbers | last] }}|{{ numbers | sort | first + 1 }}
{{ name | trim() }}|{{ name | upper() }}
{{ name | upper(1) }}
{{ name | trim(characters='x') }}
{{ name | replace('x') }}
{{ range(*[1, 4]) | list }}|{{ dict(**{'a': 1}) }}|{{ '{}{}'.format(*['a', 'b']) }}
{{ dict(a=1, **{'a': 2}) }}
{% set j = joiner('|') %}{% for i in numbers %}{{ j() }}{{ i }}{% endfor %}
{{ strftime_now('%Y-%m-%d') }}|{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%B %-d, %Y %H:%M:%S %A %a %j %p %I %y %%') }}|{{ strftime_now('%e') }}
{{ strftime_now(5) }}
{{ raise_exception('Only user roles!') }}
{{ raise_exception('n is ' ~ n) }}
{% if no %}{{ raise_exception('never') }}{% endif %}fine
{{ raise_exception() }}
{{ n() }}
{{ name() }}
{{ user.name() }}
{{ none() }}
{{ lipsum is defined }}|{{ cycler is defined }}|{{ joiner is defined }}|{{ namespace is defined }}|{{ tools is defined }}
{{ self is defined }}
{{ loop is defined }}|{{ loop }}
{{ numbers is iterable and numbers is not string and numbers is not mapping }}
{%- set date_string = strftime_now('%d %b %Y') if strftime_now is defined else '26 Jul 2024' -%}{{ date_string }}
{%- if not date is defined %}{%- set date = '1 Jan' %}{%- endif %}{{ date }}
{%- if not name is defined %}{%- set name = 'other' %}{%- endif %}{{ name }}
{% set loop_messages = messages[1:] if messages[0]['role'] == 'system' else messages %}{{ loop_messages | length }}
{{ (messages | selectattr('role', 'equalto', 'user') | list)[-1].content }}
{{ messages[::-1][0].content }}|{% for m in messages[::-1] %}{{ (messages | length - 1) - loop.index0 }}{% endfor %}
{{ 'content' in messages[0] and messages[0].content is string and messages[0].content | trim | length > 0 }}
{% set content = messages[1].content | trim %}[{{ content }}]
{{ '<|' ~ messages[0]['role'] ~ '|>\\n' + messages[0]['content'] + '\\n' }}
{{ user.age > 30 and user.age < 40 }}|{{ 30 < user.age < 40 }}|{{ user['age'] / 2 }}|{{ user.age // 5 }}
{{ [1, 2, 3] | sum / 2 }}|{{ 10 / 4 | int }}|{{ 2 ** 62 }}|{{ 9223372036854775807 }}
{{ [x, n] }}|{{ {'x': x} }}|{{ [1.0, 1e100, -0.0, 123456.789e3] }}|{{ 1e400 }}|{{ -1e400 }}
{{ (1, 'a', (2,), []) }}|{{ [none, true, missing] }}|{{ [range(2), {'a': 1}.keys()] }}
{{ 'é' == 'é' }}|{{ unicode | upper }}|{{ unicode | title }}|{{ unicode[::-1] | length }}|{{ '😀' * 2 }}|{{ '😀😀' | replace('😀', 'x') }}|{{ '日本' in unicode }}
{{ 'a' if 'b' in 'abc' and 'z' not in 'abc' else 'c' }}
{{ {'role': 'user', 'content': 'x'}.content }}|{{ dict(role='user')['role'] }}
{{ ((((((1)))))) }}|{{ not not not yes }}|{{ - - 3 }}|{{ [[[[]]]] }}
{{ 3.__class__ }}
{{ "a" is string is true }}
{% set x %}{% for i in numbers %}{{ i }}{% endfor %}{% endset %}{{ x | length }}
{% set items = ['a'] + ['b'] %}{% set items = items + ['c'] %}{{ items | join }}{{ items[-1] }}
{% for group in numbers | batch(2) %}{{ group | join('-') }};{% endfor %}
{% for i in range(3) %}{% for j in range(i) %}{{ i }}{{ j }} {% endfor %}{% endfor %}
{% for i in range(5) %}{% if loop.index0 % 2 == 0 %}{{ i }}{% endif %}{% endfor %}
{% for m in messages %}{{ m.role if loop.first or m.role != loop.previtem.role }} {% endfor %}
{% for i in [1, 1, 2] %}{% if loop.changed(i) %}{{ i }}{% endif %}{% endfor %}
{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set messages = messages[1:] %}{% endif %}{{ system }}{{ messages | length }}
{% if user.name == 'Ada' and not user.admin %}ok{% endif %}|{% if user.admin is not defined or user.admin %}x{% endif %}
{{ user.admin or 'guest' }}|{{ user['admin'] or user['name'] }}|{{ (user.tags or [])[0] }}
{{ ['a', 'b'][1] }}|{{ {'k': [1, 2]}['k'][-1] }}|{{ 'abc'[1] }}|{{ ('a', 'b')[0] }}|{{ [[1, 2], 3][0][1] }}
{{ name.upper }}
{{ range }}
{{ numbers | map('string') }}
{{ numbers | reverse }}
{% include 'x' %}
{% import 'x' as y %}
{% from 'x' import y %}
{% extends 'x' %}
"""

# Whole-template layout: trimming, stripping, newlines. Escapes are Python's.
LAYOUTS = [
    "a\n{% if yes %}\n  b\n{% endif %}\nc\n",
    "a\n  {% if yes %}\n  b\n  {% endif %}\n  c\n",
    "a\n  {%- if yes -%}\n  b\n  {%- endif -%}\n  c\n",
    "a\n  {%+ if yes +%}\n  b\n  {%+ endif +%}\n  c\n",
    "  {{ name }}  \n  {{- name -}}  \n  {{ name }}\n",
    "{{ name }}\n",
    "{{ name }}\n\n",
    "\n{{ name }}",
    "\r\n{% if yes %}\r\na\rb\r\n{% endif %}\r\n",
    "x {# c #}\ny\n  {# c #}\nz {#- c -#}\nw\n",
    "  {# c #}  {{ name }}",
    "a {% if yes %} b {% endif %} c",
    "{% if yes %}\n\n\na{% endif %}",
    "{% for i in numbers %}\n{{ i }}\n{% endfor %}\nend",
    "{% for i in numbers -%}\n  {{ i }},\n{%- endfor %}\nend",
    "{% raw %}\n  {{ a }}\n  {% endraw %}\nb",
    "  {% raw %} {{ a }} {%- endraw +%}\nb",
    "{%- set a = 1 -%}\n\n  {{ a }}  \n\n{%- set b = 2 %}\n {{ b }}",
    "{% set a %}\n  line\n{% endset %}\n[{{ a }}]",
    "{% macro m() %}\n  body\n{% endmacro %}\n[{{ m() }}]",
    "{%- macro m() -%}\n  body\n{%- endmacro -%}\n[{{ m() }}]",
    "\t {% if yes %}\ta\t{% endif %}\t\n",
    "a{% if yes %}\n{% endif %}\n{% if yes %}{% endif %}\nb",
    "{% generation %}\n x\n{% endgeneration %}\ny",
    "{{ '\\n' }}\n{{- '\\n' }}|\n",
    "{% if yes %}a\n    {% else %}b{% endif %}",
    "\u00a0 {% if yes %}a{% endif %}",
    "{%if yes%}tight{%endif%}{{name}}{#c#}",
    "{% if\nyes\n%}multi\n{% endif\n%}\nline {{\n name\n}}",
    "{{ 'a\nb' }}|{{ 'a\\\nb' }}",
    "{%- if yes %}{{- ' x' }}{%- endif %}\n",
    "{ {{ name }} } {{ '{' }} {%% } #}",
    "{{ name }}%} }} #}",
    "{% filter trim %}\n  a\n  {% endfilter %}\nb",
    "{% for i in [1, 2] %}{% if i == 2 %}{% break %}{% endif %}\n  a\n{% endfor %}\nb",
    "",
    "\n",
    "   ",
    "plain text, no tags { } % #",
    "{#- a -#}\n{# b #}\n\nc",
    "{{ name -}}\n\n  x\n{{- name }}",
    "{%- for m in messages %}\n    {%- if loop.first %}\n        {{- m.role }}\n    {%- else %}\n        {{- ',' + m.role }}\n    {%- endif %}\n{%- endfor %}\n",
]

# Valid in jinja2 and refused here: a typed error, never other text.
UNSUPPORTED = r"""
{{ [5] | random }}
{{ lipsum(1) }}
{% autoescape true %}{{ '<' }}{% endautoescape %}
{{ 'a' is sameas 'a' }}
{{ '\\N{BULLET}' }}
{{ (-8) ** 0.5 }}
{{ (5).to_bytes(2, 'big') }}
{{ 'a'.encode('utf-16') }}
"""


def lines(text):
    # A doubled backslash is one in the template: these lines are no Python literals of their own.
    return [line.replace("\\\\", "\\") for line in text.strip().split("\n")]


def templates():
    return lines(CONSTRUCTS) + LAYOUTS + lines(more_constructs.NONE + more_constructs.BUILT_INS)


def unsupported():
    return lines(UNSUPPORTED)
