"""More single constructs: None against undefined, and Python's and Jinja's built-ins one by one."""

# A stored None is a value: defined, printed, passed on, compared.
NONE = r"""
{% set ns = namespace(a=none) %}{{ ns.a is none }}|{{ ns.a is defined }}|{{ ns.a }}|{{ ns['a'] is none }}|{{ ns }}
{% set ns = namespace() %}{% set ns.a = none %}{{ ns.a is none }}|{{ ns.a is defined }}|{{ ns.b is defined }}
{% set ns = namespace(prev=none) %}{% for m in messages %}{% if ns.prev is not none and ns.prev.role == 'user' %}<{{ m.role }}>{% endif %}{% set ns.prev = m %}{% endfor %}
{% set a = none %}{{ a is none }}|{{ a is defined }}|{{ a }}|{{ a or 'x' }}|{{ a | default('d') }}|{{ a | default('d', true) }}
{% for i in nones %}{{ loop.previtem is none }}{{ loop.previtem is defined }}{{ loop.nextitem is none }}{{ loop.nextitem is defined }}{{ loop.last }} {% endfor %}
{% for i in [none] %}{{ i }}{{ loop.last }}{{ loop.length }}{% endfor %}|{% for i in nones | select('none') %}{{ i }}{{ loop.last }}{% endfor %}
{% for i in nones if i is none %}{{ i }}{{ loop.index }}{{ loop.nextitem is defined }}{% endfor %}
{% for i in nones %}{{ loop.changed(i) }}{% endfor %}|{% for i in [none, none] %}{{ loop.changed(i) }}{{ loop.cycle(none, 1) }}{% endfor %}
{{ user.none is none }}|{{ user.none is defined }}|{{ user['none'] is none }}|{{ user.get('none', 1) }}|{{ user.get('zip') is none }}|{{ user.get('zip', none) is none }}
{% macro m(a, b=none) %}{{ a is none }}{{ a is defined }}{{ b is none }}{{ b is defined }}{{ b }}{% endmacro %}{{ m(none) }}|{{ m(none, none) }}|{{ m(b=none, a=none) }}|{{ m() }}
{% macro m() %}{{ kwargs }}{{ varargs }}{{ caller is defined }}{% endmacro %}{{ m(none, a=none) }}
{% macro m(caller=none) %}{{ caller is none }}{% endmacro %}{{ m() }}
{% call(x) dict() %}{% endcall %}
{% macro m() %}{{ caller(none) }}{% endmacro %}{% call(x) m() %}{{ x is none }}{% endcall %}
{{ dict(a=none) }}|{{ dict(a=none).a is none }}|{{ {'a': none} == {'a': none} }}|{{ {'a': none} == {'b': none} }}|{{ {'a': none} == {} }}|{{ {none: 1}[none] }}|{{ {none: 1} }}
{{ [none, none] | unique | list }}|{{ [none] | first is none }}|{{ [none] | last is none }}|{{ nones | reverse | list }}|{{ nones[0] is none }}|{{ nones[1:] }}|{{ nones.count(none) }}|{{ nones.index(none) }}
{{ [[none]] | map('first') | list }}|{{ [{'a': none}, {}] | map(attribute='a') | list }}|{{ [{'a': none}] | map(attribute='a', default='x') | list }}|{{ [{'a': none}] | selectattr('a', 'none') | list }}
{{ [{'a': none}] | groupby('a') }}|{{ [{}] | map(attribute='a', default=none) | list }}
{{ [none] | batch(2) | list }}|{{ [1] | batch(2, none) | list }}|{{ [1] | slice(2, none) | list }}|{{ [none, 1] | batch(2, none) | list }}
{% set x, y = none, 1 %}{{ x is none }}{{ y }}|{% with a = none %}{{ a is none }}{% endwith %}|{% set z %}{{ none }}{% endset %}{{ z is string }}
{{ none == none }}|{{ none != 0 }}|{{ none in [none] }}|{{ none in {none: 1} }}|{{ none is sameas none }}|{{ none is eq none }}|{{ none is in [none] }}|{{ (none if no) is none }}|{{ (none if yes) is none }}
{{ none ~ none }}|{{ [none] | join('-') }}|{{ none | string }}|{{ '%s' % none }}|{{ '{}'.format(none) }}|{{ none | tojson }}|{{ {'a': none} | tojson }}|{{ nothing | trim }}|{{ '%s' | format(none) }}
{{ none + 1 }}
{{ none < none }}
{{ none[0] }}|{{ none.a }}|{{ none['a'] }}
{{ none.a.b }}
{{ none() }}
{{ none | length }}
{{ none | first }}
{{ none | join }}
{{ none | map('upper') | list }}|{{ none | select | list }}
{{ [3, 1] | sort(attribute=none) }}|{{ numbers | sum(attribute=none) }}|{{ numbers | join(',', none) }}|{{ numbers | unique(attribute=none) | list }}|{{ numbers | min(attribute=none) }}
{{ 'a b'.split(none) }}|{{ 'a b'.split(none, 0) }}|{{ 'abc'.find('c', none) }}|{{ 'abc'.find('a', none, none) }}|{{ numbers[none:none:none] }}|{{ 'xax'.strip(none) }}|{{ 'aXbX' | replace('X', '', none) }}|{{ ' a ' | trim(none) }}
{{ [1] | tojson(indent=none, separators=none) }}|{{ 2.5 | round(none) }}|{{ 'abc' | truncate(255, false, '...', none) }}|{{ 'a b' | wordwrap(1, wrapstring=none) }}
{{ cycler(none, 1).next() is none }}|{{ joiner(none)() }}|{% set j = joiner(none) %}{{ j() }}{{ j() is none }}
{{ range(none) }}
{{ dict(none) }}
{% for k, v in {'a': none} | items %}{{ k }}{{ v is none }}{% endfor %}|{% for k, v in {'b': none, 'a': none} | dictsort %}{{ k }}{{ v }}{% endfor %}|{{ {'a': none}.values() | list }}|{{ {'a': none}.items() | list }}|{{ {'a': none}.copy() }}|{{ none in {'a': none}.values() }}
{{ none | default }}|{{ none | d(none, true) is none }}|{{ missing | d(none) is none }}|{{ none and missing.x }}|{{ none or none }}|{{ not none }}|{{ none is true }}|{{ none is callable }}|{{ none | int }}|{{ none | int(none) is none }}|{{ 'x' | float(none) is none }}
{% if user.none is defined and user.none is not none %}x{% else %}y{% endif %}|{% if user.none %}x{% else %}y{% endif %}|{{ user.none == none }}|{{ user.zip == none }}|{{ user.zip is none }}
"""

BUILT_INS = r"""
{{ huge }}|{{ hugest }}|{{ huge + 1 }}|{{ huge - huge }}|{{ huge * 2 }}|{{ huge // 3 }}|{{ huge % 7 }}|{{ -huge }}|{{ huge / 2 }}|{{ huge > big }}|{{ huge == huge + 0.0 }}|{{ hugest // 7 }}|{{ hugest % 7 }}|{{ huge is integer }}|{{ huge is number }}|{{ huge | abs }}|{{ hugest | abs }}
{{ [huge] }}|{{ huge | tojson }}|{{ {'a': huge} | tojson }}|{{ huge | string | length }}|{{ huge | int }}|{{ huge | float }}|{{ huge ~ '' }}|{{ '%d' % huge }}|{{ '%x' % huge }}|{{ '{:,}'.format(huge) }}|{{ huge is odd }}|{{ huge is divisibleby 3 }}|{{ huge in [huge] }}|{{ {huge: 1}[huge] }}
{{ 2 ** 100 }}|{{ 9223372036854775807 + 1 }}|{{ -9223372036854775808 - 1 }}|{{ 9223372036854775807 * 9223372036854775807 }}|{{ 123456789012345678901234567890 }}|{{ '123456789012345678901234567890' | int }}|{{ 0xFFFFFFFFFFFFFFFFFF }}|{{ (-9223372036854775807 - 1) // -1 }}|{{ -(-9223372036854775807 - 1) }}|{{ 3037000500 * 3037000500 }}|{{ 1e30 | int }}|{{ 7 ** 77 % 1000 }}|{{ (2 ** 64) / (2 ** 62) }}|{{ 10 ** 25 / 10 ** 24 }}|{{ (2 ** 63) | round(-3) }}|{{ 2 ** 200 // 2 ** 190 }}|{{ -(2 ** 65) // 2 ** 64 }}|{{ -(2 ** 65) % (2 ** 64 + 1) }}
{{ 2 ** 5000 > 1 }}|{{ 10 ** 400 > 1e308 }}|{{ 10 ** 400 < 'inf' | float }}|{{ 10 ** 400 == 'inf' | float }}|{{ -(10 ** 400) < 0.0 }}
{{ 10 ** 5000 }}
{{ 10 ** 400 + 0.5 }}
{{ 10 ** 400 | float }}
{{ 2.0 ** 5000 }}
{{ 0 ** -1 }}
{{ 0 ** 0 }}|{{ (-1) ** 9999999999 }}|{{ 1 ** 99999999999 }}|{{ 0.0 ** 0 }}|{{ (-2) ** 3 }}|{{ (-2) ** -3 }}|{{ true ** 2 }}|{{ 1.0 ** ('nan' | float) }}
{{ numbers[9223372036854775807] }}|{{ numbers[:huge] }}|{{ numbers[::huge] }}|{{ numbers[hugest:] }}|{{ 'abc'[:huge] }}
{{ range(huge) }}
{{ ('<' | e) + '<' }}|{{ '<' + ('<' | e) }}|{{ ('<' | safe) + ('>' | safe) }}|{{ ('a' | safe) * 3 }}|{{ 2 * ('b' | safe) }}|{{ ('%s&' | safe) % '<' }}|{{ ('%s%r' | safe) % ('<', '<') }}|{{ ('%(a)s' | safe) % {'a': '<'} }}|{{ '%s' % ('<' | safe) }}|{{ ('%d' | safe) % 3.7 }}
{{ (('<' | e) + '<') is escaped }}|{{ ('<' ~ ('<' | e)) is escaped }}|{{ ('a' | safe)[0] is escaped }}|{{ ('abc' | safe)[::-1] }}|{{ ('abc' | safe)[1:] is escaped }}|{{ 'x' + (user | tojson | safe) }}|{{ ('x' + (user | tojson | safe)) is escaped }}
{{ ('a' | safe) + 1 }}
{{ 1 + ('a' | safe) }}
{{ ('a<b' | safe).replace('<', '&') }}|{{ ('a,b' | safe).split(',') }}|{{ ('a b' | safe).upper() }}|{{ ('<a>' | safe).strip('<') }}|{{ ('-' | safe).join(['<', '>']) }}|{{ '-'.join(['<' | safe]) }}|{{ ('{}{!r}' | safe).format('<', '<') }}|{{ ('{a}' | safe).format_map({'a': '<'}) }}|{{ ('a=b' | safe).partition('=') }}|{{ ('a' | safe).center(3, '*') }}|{{ ('a\nb' | safe).splitlines() }}
{{ ('a' | safe).startswith('a') }}|{{ ('abc' | safe).find('c') }}|{{ ('ß' | safe).casefold() is escaped }}|{{ ('ab' | safe).removeprefix('a') is escaped }}|{{ ('a' | safe) in 'abc' }}|{{ 'a' in ('abc' | safe) }}|{{ ('a' | safe) == 'a' }}|{{ ('a' | safe) < 'b' }}|{{ {'a': 1}['a' | safe] }}|{{ ['a' | safe] }}|{{ ('a' | safe) | list }}|{{ ('&lt;' | safe).unescape() }}|{{ ('<b>x</b>' | safe).striptags() }}
{{ ('b' | safe) | upper is escaped }}|{{ ('b' | safe) | title is escaped }}|{{ ('b' | safe) | replace('b', '<') is escaped }}|{{ ('ab' | safe) | reverse }}|{{ ['b' | safe, 'A'] | sort }}|{{ ['b' | safe, 'B'] | unique | list }}|{{ ('a\nb' | safe) | indent }}|{{ (('a\nb' | safe) | indent('<')) }}|{{ ('%s' | safe) | format('<') }}|{{ ['<' | safe, '<'] | join('&') }}|{{ ('x' | safe) | center(5) }}|{{ ('abcdef' | safe) | truncate(4, true) }}|{{ ('ab' | safe) | last }}|{{ ('ab' | safe) | first }}|{{ ('5' | safe) | int }}|{{ ('5' | safe) | float }}|{{ ('a b' | safe) | wordcount }}|{{ ('a b' | safe) | urlencode }}|{{ ('a' | safe) | string is escaped }}|{{ (('a' | safe) | trim) is escaped }}|{{ ('' | safe) or 'x' }}|{{ ('ab' | safe) | length }}
{{ '<' | forceescape }}|{{ ('<' | safe) | forceescape }}|{{ ('<' | e) | forceescape }}|{{ 5 | forceescape }}|{{ none | e }}|{{ ['<'] | e }}
{{ html | striptags }}|{{ '<b>x</b>' | striptags }}|{{ 'a < b' | striptags }}|{{ '<<a>b>' | striptags }}|{{ '<!-- a -> <b> --> c' | striptags }}|{{ 'a&nbsp;b&#65;&#x42;&eacute;&amp;lt;' | striptags }}|{{ 5 | striptags }}|{{ '&copy &ampx &bogus; & &#0;' | striptags }}
{{ {'class': 'a b', 'id': none, 'x': missing, 'y': '<"', 'n': 1} | xmlattr }}|{{ {'a': 1} | xmlattr(false) }}|{{ {} | xmlattr }}|{{ {'a': '<' | safe} | xmlattr }}
{{ {'a b': 1} | xmlattr }}
{{ numbers | xmlattr }}
{{ 'see www.example.org, (https://a.io/x?y=z&w) or mail me@example.org now' | urlize }}|{{ 'http://localhost/a' | urlize }}|{{ 'https://a.example.com/long/path' | urlize(15) }}|{{ 'example.com' | urlize(nofollow=true, target='_blank') }}|{{ 'mailto:a@b.cd' | urlize }}|{{ 'http://10.0.0.1:80/x' | urlize(rel='b a') }}|{{ '<https://a.io>' | urlize }}|{{ 'tel:123 ftp://x' | urlize(extra_schemes=['tel:', 'ftp:']) }}|{{ 'a_(https://en.wikipedia.org/wiki/X_(y))' | urlize }}|{{ 'plain text. Dots.' | urlize }}
{{ 'foo bar baz qux' | truncate(9) }}|{{ 'foo bar baz qux' | truncate(9, true) }}|{{ 'foo bar baz qux' | truncate(11) }}|{{ 'foo bar baz qux' | truncate(11, false, '...', 0) }}|{{ 'é😀é😀é😀é😀é' | truncate(4, true, '') }}|{{ 'short' | truncate }}|{{ 'abcdefghijkl' | truncate(5) }}|{{ [1, 2] | truncate }}
{{ 'foo' | truncate(1) }}
{{ 5 | truncate }}
{{ prose | wordwrap(20) }}
{{ prose | wordwrap(9) }}|{{ prose | wordwrap(4, false) }}|{{ prose | wordwrap(7, false) }}|{{ prose | wordwrap(10, break_on_hyphens=false) }}|{{ prose | wordwrap(30, wrapstring='/') }}|{{ 'aaaaaaaaaa bb' | wordwrap(3) }}|{{ '' | wordwrap }}|{{ 'a\n\nb  c   d' | wordwrap(4) }}|{{ 'well-known-fact a--b c---d' | wordwrap(6) }}|{{ 'é😀 é😀' | wordwrap(2) }}
{{ 'a b' | wordwrap(0) }}
{{ 1 | filesizeformat }}|{{ 0 | filesizeformat }}|{{ 999 | filesizeformat }}|{{ 1000 | filesizeformat }}|{{ 1500000 | filesizeformat }}|{{ 1024 | filesizeformat(true) }}|{{ 1e30 | filesizeformat }}|{{ '5000' | filesizeformat }}|{{ 123456789 | filesizeformat(binary=true) }}|{{ -5 | filesizeformat }}|{{ 999999 | filesizeformat }}
{{ 'x' | filesizeformat }}
{{ user | pprint }}
{{ schema | pprint }}
{{ people | pprint }}
{{ [prose, prose] | pprint }}|{{ prose | pprint }}|{{ {'k': prose, 'a': [1, 2, 3]} | pprint }}
{{ [range(30) | list, [[[1] * 30]]] | pprint }}|{{ (1,) | pprint }}|{{ {1: 'a', 0: 'b'} | pprint }}|{{ none | pprint }}|{{ ('x' * 100,) | pprint }}|{{ {'a': {'b': {'c': 'x' * 70}}} | pprint }}
{{ user | attr('name') }}|{{ user | attr('keys') is callable }}|{{ 'a' | attr('upper') is callable }}|{{ ('a' | attr('upper'))() }}|{{ numbers | attr('append') }}|{{ 5 | attr('real') }}|{{ namespace(a=1) | attr('a') }}|{{ 'a' | attr('__class__') }}
{{ [1, 2, 3] | batch(0) | list }}|{{ [1, 2] | batch(-1) | list }}|{{ [1, 2] | slice(-1) | list }}
{{ [1] | slice(0) | list }}
{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}{{ c.next() }}|{% for i in range(4) %}{{ c.next() }}{% endfor %}
{{ cycler() }}
{% set c = cycler(*words) %}{{ c.next() }}{{ c.next() }}{{ c.items }}|{{ c.missing is defined }}
{% for i in tree recursive %}{{ i.n }}{% if i.kids %}({{ loop(i.kids) }}){% endif %}{% endfor %}
{% for i in tree recursive %}{{ loop.depth }}{{ loop.depth0 }}{{ loop.index }}{{ i.n }}{{ loop(i.kids) }}{% else %}.{% endfor %}
{% for i in nested recursive %}{% if i is iterable and i is not string %}[{{ loop(i) }}]{% else %}{{ i }}{% endif %}{% if not loop.last %},{% endif %}{% endfor %}
{% for i in nested recursive %}{{ loop(i) if i is iterable and i is not string else i }}{% endfor %}
{% for i in tree recursive if i.n != 'd' %}{{ i.n }}{{ loop(i.kids) | upper }}{% endfor %}
{% for k, v in {'a': {'b': {}}}.items() recursive %}<{{ k }}>{{ loop(v.items()) }}</{{ k }}>{% endfor %}
{% for i in numbers %}{{ loop(numbers) }}{% endfor %}
{% for i in tree recursive %}{{ loop() }}{% endfor %}
{% block a %}x{{ name }}{% endblock %}|{{ self.a() }}|{% block b %}{% for i in numbers %}{{ i }}{% endfor %}{% endblock b %}
{% set v = 1 %}{% block a %}{{ v }}{% set v = 2 %}{{ v }}{% endblock %}{{ v }}{{ self.a() }}
{% for i in numbers %}{% block a %}{{ i }}{{ loop is defined }}{% endblock %}{% endfor %}
{% for i in numbers %}{% block a scoped %}{{ i }}{% endblock %}{% endfor %}
{% block a %}1{% block b %}2{% endblock %}3{% endblock %}{{ self.b() }}{{ self.c is defined }}{{ self.a() | length }}
{% block a %}{% endblock %}{% block a %}{% endblock %}
{% block a %}{{ super() }}{% endblock %}
{% block a required %}{% endblock %}
{% if no %}{% block a %}hidden{% endblock %}{% endif %}{{ self.a() }}
{{ self.x() }}
{% autoescape false %}{{ '<' }}{% set q = 1 %}{% endautoescape %}{{ q }}
{% if no %}{% include 'x' %}{% import 'x' as y %}{% endif %}fine
{{ {1.5: 'a', true: 'b', 2.0: 'c', none: 'd'} }}|{{ {true: 'b'}[1] }}|{{ {1: 'x', true: 'y', 1.0: 'z'} }}|{{ {true: 'b'} | list }}|{{ {true: 'b', 2.5: 'c'} | tojson }}|{{ {0: 'z'}[false] }}|{{ {(1, (2, 3)): 'n'}[(1, (2.0, 3))] }}|{{ {(1, (2,)): 0} }}|{{ {2.0: 1}.keys() }}|{% for k, v in {true: 1, 2.0: none}.items() %}{{ k }}{{ v }}{% endfor %}
{{ {true: 'Yes', false: 'No'}[n > 5] }}|{{ dict([(1, 2), (1.0, 3)]) }}|{{ {'a': 1}.fromkeys(['x', 'y'], 0) }}|{{ {}.fromkeys('ab') }}|{{ {'a': 1}.keys().isdisjoint(['b']) }}|{{ {'a': 1}.keys() == {'a': 2}.keys() }}|{{ {'a': 1}.items() == {'a': 1}.items() }}|{{ {'b': 1, 2: 0} | length }}
{{ 'hello'.find('l', 3) }}|{{ 'hello'.find('l', 4) }}|{{ 'hello'.rfind('l', 0, 3) }}|{{ 'hello'.index('l', -2) }}|{{ 'hello'.count('l', 3) }}|{{ 'hello'.startswith('l', 2) }}|{{ 'hello'.endswith('l', 0, 4) }}|{{ 'hello'.startswith(('x', 'll'), 2, 4) }}|{{ 'hello'.find('', 5) }}|{{ 'hello'.find('', 6) }}|{{ 'hello'.startswith('', 6) }}|{{ 'é😀x'.find('x', 1) }}|{{ 'hello'.rindex('l') }}|{{ 'hello'.find('lo', 0, 4) }}|{{ 'hello'.count('', 2) }}|{{ numbers.index(3, 1) }}|{{ (1, 2, 1).index(1, 1, 3) }}|{{ 'hello'.find('h', 3, 1) }}
{{ numbers.index(3, 1, 2) }}
{{ 'Straße ẞ ﬁ İ ı Σς ŉ ᏸ Ა'.casefold() }}|{{ 'ß'.casefold() == 'SS'.casefold() }}|{{ 'Hello World'.istitle() }}|{{ 'Hello world'.istitle() }}|{{ 'ǅ'.istitle() }}|{{ ''.istitle() }}|{{ '1a'.istitle() }}|{{ "It'S".istitle() }}|{{ 'Ab1C'.istitle() }}
{{ 'a\tb\tcd'.expandtabs() }}|{{ 'a\tb'.expandtabs(4) }}|{{ '\t'.expandtabs(0) }}|{{ 'ab\n\tc'.expandtabs(tabsize=3) }}|{{ '😀\tb'.expandtabs(4) }}|{{ 'a\tb'.expandtabs(-1) }}
{{ '½'.isnumeric() }}|{{ '一二三'.isnumeric() }}|{{ '12'.isnumeric() }}|{{ 'Ⅷ'.isnumeric() }}|{{ ''.isnumeric() }}|{{ 'a1'.isnumeric() }}|{{ '①'.isdigit() }}|{{ '①'.isdecimal() }}|{{ '٣'.isdecimal() }}|{{ '½'.isdigit() }}|{{ 'a½'.isalnum() }}
{{ 'abc'.isidentifier() }}|{{ '1a'.isidentifier() }}|{{ '_é'.isidentifier() }}|{{ ''.isidentifier() }}|{{ 'a b'.isidentifier() }}|{{ 'abc'.isascii() }}|{{ 'é'.isascii() }}|{{ ''.isascii() }}|{{ 'a b'.isprintable() }}|{{ 'a\nb'.isprintable() }}|{{ ''.isprintable() }}|{{ 'class'.isidentifier() }}
{{ 'abc'.translate({97: 'x', 98: none, 99: 100}) }}|{{ 'abc'.translate('abc'.maketrans('ab', 'xy')) }}|{{ 'abc'.translate(''.maketrans('ab', 'xy', 'c')) }}|{{ 'abc'.translate(''.maketrans({'a': 'AA', 98: none})) }}|{{ ''.maketrans('a', 'b') }}|{{ 'é😀'.translate({128512: '!'}) }}
{{ 'abc'.maketrans('a', 'bc') }}
{{ 'é'.encode() }}|{{ 'abc'.encode('ascii') }}|{{ 'é'.encode('latin-1') }}|{{ 'é'.encode('ascii', 'ignore') }}|{{ 'é'.encode('ascii', 'replace') }}|{{ 'é'.encode() | length }}|{{ 'é'.encode().decode() }}|{{ 'é'.encode().hex() }}|{{ 'ab'.encode()[0] }}|{{ 'ab'.encode()[1:] }}|{{ 'ab'.encode() | list }}|{{ 'ab'.encode() == 'ab'.encode() }}|{{ "it's\n\x00".encode() }}|{{ ''.encode() or 'none' }}|{{ 'a'.encode() is string }}|{{ 'a'.encode(errors='strict', encoding='utf8') }}
{{ 'é'.encode('ascii') }}
{{ 'aΣ'.lower() }}|{{ 'ΑΣ'.lower() }}|{{ 'Σ'.lower() }}|{{ 'ΑΣΒ'.lower() }}|{{ "ΑΣ'".lower() }}|{{ "ΑΣ'Α".lower() }}|{{ 'ŉŉ'.upper() }}|{{ 'İİ'.lower() | length }}|{{ 'ﬃ'.upper() }}|{{ 'ŉ'.swapcase() }}|{{ 'ΑΣ'.swapcase() }}|{{ 'ᾳ'.upper() }}|{{ 'ᾳ'.title() }}|{{ 'dž'.title() }}|{{ 'ΣΑΣ'.title() }}|{{ 'ÀÉ'.capitalize() }}
{{ '{:>5}'.format(1) }}|{{ '{:<5}|'.format('a') }}|{{ '{:^5}'.format('ab') }}|{{ '{:*^7}'.format('ab') }}|{{ '{:05d}'.format(-42) }}|{{ '{:+}'.format(3) }}|{{ '{: }'.format(3) }}|{{ '{:x}'.format(255) }}|{{ '{:#X}'.format(255) }}|{{ '{:#b}'.format(5) }}|{{ '{:o}'.format(8) }}|{{ '{:c}'.format(97) }}|{{ '{:,}'.format(1234567) }}|{{ '{:_}'.format(1234567) }}|{{ '{:_x}'.format(1048576) }}|{{ '{:010,}'.format(1234) }}|{{ '{:08,}'.format(1234) }}|{{ '{:=+8}'.format(5) }}|{{ '{:é>4}'.format(1) }}
{{ '{:.2f}'.format(2.675) }}|{{ '{:.0f}'.format(2.5) }}|{{ '{:e}'.format(12345.678) }}|{{ '{:.2e}'.format(0) }}|{{ '{:g}'.format(1e10) }}|{{ '{:g}'.format(0.0001) }}|{{ '{:G}'.format(1e-10) }}|{{ '{:.3g}'.format(1234.5) }}|{{ '{:#g}'.format(1.0) }}|{{ '{:%}'.format(0.25) }}|{{ '{:.1%}'.format(0.256) }}|{{ '{:f}'.format(3) }}|{{ '{:,.2f}'.format(1234567.891) }}|{{ '{:10.3f}|'.format(3.14159) }}|{{ '{:<10.3f}|'.format(3.14159) }}|{{ '{:+.1f}'.format(-0.0) }}|{{ '{:.3}'.format(3.14159) }}|{{ '{:.3}'.format(3.0) }}|{{ '{:.1}'.format(3.0) }}|{{ '{:.2}'.format(1234.5) }}|{{ '{:}'.format(1.0) }}|{{ '{:5}|'.format(1.5) }}|{{ '{:n}'.format(1234.5) }}|{{ '{:f}'.format(n * 1e308) }}|{{ '{:E}'.format(n * 1e308 - n * 1e308) }}|{{ '{:5}|'.format(-n * 1e308) }}|{{ '{:z.0f}'.format(-0.2) }}|{{ '{:010.2f}'.format(-3.14159) }}
{{ '{:.2}'.format('abc') }}|{{ '{:5.1}|'.format('abc') }}|{{ '{:s}'.format('a') }}|{{ '{:05}'.format('a') }}|{{ '{:>{w}}'.format('a', w=4) }}|{{ '{:{}{}}'.format('a', '>', 4) }}|{{ '{0.name}'.format(user) }}|{{ '{0[name]}'.format(user) }}|{{ '{0[0]}{0[1]}'.format(numbers) }}|{{ '{u[tags][1]}'.format(u=user) }}|{{ '{!s:>3}'.format(1) }}|{{ '{!a}'.format('é') }}|{{ '{a}'.format_map({'a': 1}) }}|{{ '{:5}|'.format(true) }}|{{ '{}'.format(true) }}|{{ '{:d}'.format(true) }}|{{ '{}'.format(missing) }}|{{ '{}'.format(none) }}
{{ '{:d}'.format(1.5) }}
{{ '{:d}'.format('a') }}
{{ '{:>5}'.format(none) }}
{{ '{:5}'.format([1]) }}
{{ '{:,s}'.format('a') }}
{{ '{:.2d}'.format(1) }}
{{ '{:q}'.format(1) }}
{{ '{'.format() }}
{{ '}'.format() }}
{{ '{a}'.format() }}
{{ '{0'.format(1) }}
{{ '{!x}'.format(1) }}
{{ '{0.__class__}'.format('a') }}
{{ '{a}'.format_map(a=1) }}
{{ '%e' % 1.5 }}|{{ '%.1e' % 12345 }}|{{ '%g' % 1e10 }}|{{ '%G' % 1e-10 }}|{{ '%E' % 0 }}|{{ '%a' % 'é' }}|{{ '%*d' % (5, 1) }}|{{ '%-*d|' % (5, 1) }}|{{ '%.*f' % (2, 3.14159) }}|{{ '%#x' % 255 }}|{{ '%#o' % 8 }}|{{ '%#X' % 255 }}|{{ '%#.0f' % 1 }}|{{ '%+.2e' % 5 }}|{{ '% d' % 5 }}|{{ '%05.1f' % -2.25 }}|{{ '%.3d' % 5 }}|{{ '%ld' % 5 }}|{{ '%(a(b))s' % {'a(b)': 1} }}|{{ '%f' % (n * 1e308) }}|{{ '%i %u' % (1.9, true) }}|{{ '%c%c' % ('é', 8364) }}|{{ '%#08x' % 255 }}
{{ '%z' % 1 }}
{{ '%*d' % 1 }}
{{ '%x' % 1.5 }}
{{ '%c' % 'ab' }}
{{ '%(a)s' % 'x' }}
{{ '%(a' % {} }}
{{ '%(b)s' % {'a': 1} }}
{{ (5).bit_length() }}|{{ (5).real }}|{{ (5).imag }}|{{ 1.5.real }}|{{ (1.5).is_integer() }}|{{ (2.0).is_integer() }}|{{ (7).numerator }}|{{ (7).denominator }}|{{ (5).conjugate() }}|{{ (0.75).as_integer_ratio() }}|{{ (5).as_integer_ratio() }}|{{ (255).bit_count() }}|{{ (1.5).hex() }}|{{ (0.1).hex() }}|{{ (-0.0).hex() }}|{{ true.real }}|{{ (5).missing is defined }}
{{ range(5).start }}|{{ range(1, 9, 2).stop }}|{{ range(1, 9, 2).step }}|{{ range(5)[1:] }}|{{ range(10)[::-2] }}|{{ range(10)[2:5] | list }}|{{ range(5).index(3) }}|{{ range(5).count(3) }}|{{ range(5).count(9) }}|{{ range(0, 10, 3)[1:3] }}|{{ range(3) | reverse | list }}|{{ true in range(2) }}|{{ 1.0 in range(2) }}|{{ range(5) | last }}|{{ range(5)[::-1] }}
{{ range(5).index(9) }}
{{ '42' | int(base=0) }}|{{ '0x1f' | int(base=0) }}|{{ '010' | int(base=0) }}|{{ '0b11' | int(base=0) }}|{{ 'z' | int(base=36) }}|{{ '1__0' | int }}|{{ '_1' | int }}|{{ '1_' | int }}|{{ '٣' | int }}|{{ '- 5' | int }}|{{ '--5' | int }}|{{ '0_0' | int }}|{{ '1.5e3' | int }}|{{ '' | int }}|{{ '+' | int }}|{{ '0x' | int(base=16) }}|{{ '12' | int(base=1) }}|{{ ' 7 ' | int(base='x') }}|{{ 'nan' | int }}|{{ '1e' | float }}|{{ '1_0.5' | float }}|{{ '1__0' | float }}|{{ 'Infinity' | float }}|{{ '-inf' | float }}|{{ '.' | float }}|{{ '1e5' | float }}|{{ '+.5e-1' | float }}|{{ '1._5' | float }}
{{ 42 | round(2, 'ceil') }}|{{ 42.123 | round(2, 'ceil') }}|{{ 1234.5 | round(-2, 'floor') }}|{{ -1.5 | round }}|{{ 0.5 | round }}|{{ 1e300 | round(5) }}|{{ 1.5 | round(500) }}|{{ 15 | round(-1) }}|{{ 25 | round(-1) }}|{{ 5 | round(-500) }}
{{ strftime_now('%U %W %V %G %u %w %C %c %x %X %D %F %T %R %r %h %n%t%%') }}|{{ strftime_now('%-m/%-d/%y %-I:%M %p') }}|{{ strftime_now('') }}|{{ strftime_now('%f') }}
{{ [1, [2, 'a']] | string }}|{{ 'a' 'b' }}|{{ "\x41" '\n' | length }}|{{ 1.0e5 }}|{{ 1E-5 }}|{{ 00 }}|{{ 0 }}|{{ 0_0 }}|{{ 1.5.real }}|{{ 0b_1 }}|{{ 0XfF }}
{{ 012 }}
{{ 1_ }}
{{ 1__0 }}
{{ 0x }}
{{ 5 is sameas 5 }}|{{ n is sameas 7 }}|{{ missing is sameas missing }}|{{ numbers is sameas numbers }}|{{ [] is sameas [] }}|{{ 'a' is sameas 1 }}|{{ none is sameas false }}
{{ 'attr' is filter }}|{{ 'wordwrap' is filter }}|{{ 'random' is filter }}|{{ 'xmlattr' is filter }}|{{ 'sameas' is test }}|{{ 'nope' is test }}|{{ '==' is test }}|{{ 'in' is test }}|{{ 'true' is test }}
{{ 5 is divisibleby 0 }}
{{ 5.5 is odd }}|{{ 4.0 is odd }}|{{ true is odd }}|{{ huge is even }}
{{ [3, none] | sort }}
{{ ['b', 'A', 'a'] | sort(true) }}|{{ ['b', 'A', 'a'] | max }}|{{ ['b', 'A', 'a'] | min(true) }}|{{ [(2, 'b'), (1, 'z'), (2, 'a')] | sort }}|{{ people | sort(attribute='city.name,age') | map(attribute='name') | list }}|{{ people | groupby('city.name') | map('first') | list }}|{{ people | groupby(attribute='name', case_sensitive=true) | length }}|{{ people | map(attribute='tags.0', default='-') | list }}|{{ ['10', '9'] | map('int') | sort }}|{{ [{'a': [5]}] | map(attribute='a.0') | list }}
{{ 'a-b_c' | replace('-', '_') | title }}|{{ 'hello wORLD-foo [bar] {x} <y> (z) 1a' | title }}|{{ 'ǆ' | title }}|{{ 'x' | center(-1) }}|{{ '' | center(3) }}|{{ 'abc' | reverse | upper }}|{{ 'a,b' | list | join(';') }}|{{ {'a': 1, 'b': 2} | join('-') }}|{{ {'a': 1} | items | list | first | last }}|{{ 'x' | indent(width=0) }}|{{ 'a\nb' | indent(-1) }}|{{ 'a\r\nb\x0cc' | indent(2) }}
{% set text2 = 'x' * 40 %}{{ ['y' * 50, text2].index(text2) }}|{{ ('ab' * 40 ~ 'c' ~ 'ab' * 40).split('ab' * 20 ~ 'c') | length }}|{{ ('ab' * 40).rfind('ab' * 20) }}|{{ ('ab' * 40 ~ 'x').rsplit('ab' * 20, 1) }}|{{ ('ab' * 40).count('ab' * 18) }}|{{ ('xy' * 30).rpartition('xy' * 20)[0] }}|{{ ('abcd' * 20).find('dabc' * 9) }}
{{ 'a b  c'.rsplit(none, 1) }}|{{ 'a b  c '.rsplit() }}|{{ ' a'.rsplit(none, 0) }}|{{ 'a😀b😀c'.rsplit('😀', 1) }}|{{ 'aXXXb'.rsplit('XX') }}|{{ 'aXXXb'.split('XX') }}|{{ ''.rsplit() }}|{{ 'abc'.rsplit('abc') }}
{{ user.setdefault is defined }}|{{ numbers.__class__ }}|{{ missing.__class__ is defined }}|{{ range.__class__ is defined }}
{{ [1, 2].extend([3]) }}
{{ user.popitem() }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m }}|{{ m.name }}|{{ m.arguments }}|{{ m.missing is defined }}|{{ [m(1), m(2)] }}|{{ m(1) ~ m(2) }}|{{ m(a=m(3)) }}|{{ m is callable }}
{{ 'a' if missing else 'b' }}|{{ missing and 1 }}|{{ missing or 1 }}|{{ (missing, 1) | length }}|{{ [missing] | first is defined }}|{{ missing is none }}|{{ missing == missing2 }}|{{ missing in {} }}|{{ missing ~ 'x' }}|{{ '' ~ missing }}|{{ missing | string | length }}|{{ missing | e }}|{{ missing | trim }}|{{ missing | replace('a', 'b') }}
{{ missing | striptags }}|{{ missing | wordcount }}|{{ missing | urlencode }}|{{ missing | center(2) }}|{{ missing | title }}|{{ missing | sort }}|{{ missing | unique | list }}|{{ missing | sum }}|{{ missing | min is defined }}|{{ missing | batch(2) | list }}|{{ missing | map('upper') | list }}|{{ missing | select | list }}|{{ missing | pprint }}
{{ missing | indent }}
{{ missing | float }}
{{ missing | abs }}
{{ missing | round }}
{{ missing | dictsort }}
{{ missing | xmlattr }}
{{ missing | filesizeformat }}
{{ missing | attr('x') }}
{{ missing | truncate }}|{{ missing | reverse | list }}
{{ missing | wordwrap }}
{{ missing is odd }}
{{ missing is lower }}|{{ missing is iterable }}|{{ missing is sequence }}|{{ missing is mapping }}|{{ missing is string }}|{{ missing is callable }}|{{ missing is number }}
"""
