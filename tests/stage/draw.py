"""draw.py: steps as a picture (SVG), in the style of the sheets' pictures, and as a page that
stands alone. For tests/stage/trace."""

import html
import os
import re

STYLE = '''
text { font: 13px "DejaVu Sans", Verdana, sans-serif; fill: #222; text-anchor: middle }
.head { font-weight: bold; font-size: 14px }
.small { font-size: 11.5px; fill: #555 }
.code { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f4e79 }
.aside { font-size: 11px; fill: #777 }
.bad { fill: #b3261e }
.start { text-anchor: start }
.end { text-anchor: end }
.process { fill: #dcebf9; stroke: #1f4e79 }
.object { fill: #fde9c9; stroke: #a05a00 }
.cell { fill: #fff; stroke: #a05a00; stroke-width: .8 }
.filled { fill: #e08a00 }
.paper { fill: #fbfaf7 }
.note { fill: #fff; stroke: #bbb }
.fold { fill: #f1eee6; stroke: #bbb; stroke-dasharray: 5 3 }
.life { stroke: #aaa; stroke-dasharray: 3 4; fill: none }
.alive { stroke: #1f4e79; stroke-width: 1.4; fill: none }
.wait { stroke: #b3261e; stroke-width: 6; fill: none }
.input { stroke: #b9c4cf; stroke-width: 6; fill: none }
.tip { fill: #1f4e79 }
.arrow { stroke: #1f4e79; stroke-width: 1.6; fill: none }
.badtip { fill: #b3261e }
.badarrow { stroke: #b3261e; stroke-width: 1.6; stroke-dasharray: 5 3; fill: none }
.hit { fill: transparent }
'''
DARK = '''
text { fill: #e6e6e3 }
.small { fill: #b9b9b4 }
.code { fill: #9cc7f0 }
.aside { fill: #9a9a95 }
.bad { fill: #ff8a80 }
.process { fill: #1d3850; stroke: #7db7f2 }
.object { fill: #4a3613; stroke: #e0a040 }
.cell { fill: #17191c; stroke: #e0a040 }
.filled { fill: #e08a00 }
.paper { fill: #1d2024 }
.note { fill: #2a2e33; stroke: #666 }
.fold { fill: #2a2823; stroke: #777 }
.life { stroke: #666 }
.alive { stroke: #7db7f2 }
.wait { stroke: #ff6f61 }
.input { stroke: #56606a }
.tip { fill: #9cc7f0 }
.arrow { stroke: #9cc7f0 }
.badtip { fill: #ff8a80 }
.badarrow { stroke: #ff8a80 }
'''
TITLES = {
    'mqueue': 'message queue',
    'shm': 'shared memory',
    'pipes': 'has no name',
    'fifo': 'FIFO',
    'alpc': 'sockets as a model',
}


def escape(text):
    return html.escape(''.join(c if c.isprintable() else '?' for c in str(text)), quote=False)


def cut(text, room):
    """What came of the call is kept: = -1 EAGAIN, = 1,000 of 3,001."""
    if len(text) <= room:
        return text
    end = re.search(r'( = (-1 \w+|[\d,]+ of [\d,]+))?( ×[\d,]+)?$', text)[0]
    return text[: max(room - 1 - len(end), 1)] + '…' + end


class Picture:
    def __init__(self, steps, title, name, kind, wide):
        self.steps, self.kind, self.wide = steps, kind, wide
        self.width = 780 if wide else 400
        self.x = (
            {'producer': 130, 'object': 390, 'consumer': 650}
            if wide
            else {'producer': 22, 'object': 200, 'consumer': 378}
        )
        self.out, self.over, self.notes, self.y = [], [], [], 74
        self.alive, self.bars, self.title, self.name = {}, {}, title, name
        self.lanes, self.low = {}, None  # of several processes on a side; where the arrow is
        self.half = 52 if wide else 46  # of the box that shows the state
        self.last_state = None
        self.last_time = None
        self.tops, self.bottom, self.hits = [], 0, []

    def text(self, x, y, words, style, room=None):
        self.out.append(
            f'<text class="{style}" x="{x:g}" y="{y:g}">{escape(cut(words, room) if room else words)}</text>'
        )

    def line(self, x1, x2, y, bad=False):
        back = 8 if x2 > x1 else -8
        style = 'bad' if bad else ''
        self.out.append(
            f'<path class="{style}arrow" d="M{x1:g} {y}H{x2 - back:g}"/>'
            f'<path class="{style}tip" d="M{x2:g} {y}l{-back * 1.25:g} -4.5v9z"/>'
        )

    def middle(self, side):
        return (self.x[side] + self.x['object']) / 2

    def draw(self, origin):
        for step in self.steps:
            top, self.low = self.y, None
            self.tops.append(top)
            self.out.append(f'<g class="step" data-step="{step.number}">')
            self.one(step)
            self.hits.append(
                f'<rect class="step hit" data-step="{step.number}" y="{top}" width="{self.width}" '
                f'height="{self.y - top}"/>'
            )
            if self.wide and step.kind in ('call', 'begin', 'exit', 'fold', 'start'):
                self.margin(step, top, origin)
            self.out.append('</g>')
        bottom = self.y + 12
        for number in list(self.alive):
            self.end_life(number, bottom - 6)
        for call in list(self.bars):
            self.end_bar(call, bottom - 8)
        self.bottom = bottom
        return self.finish(bottom)

    def margin(self, step, top, origin):
        """At the outer edge: when, and the line of the source."""
        left = step.side != 'consumer'
        x, style = (8, 'start') if left else (self.width - 8, 'end')
        time = f'{(step.time - origin) / 1e6:,.1f} ms'
        if time != self.last_time:
            self.text(x, self.low - 9 if self.low else top + 15, time, f'aside {style}')
        self.last_time = time
        if step.place and step.kind == 'call':
            words = f'{step.place[0]}:{step.place[1]}'
            self.text(x, self.low + 4, words, f'aside {style}', 18)

    def begin_bar(self, step, y):
        style = 'input' if step.waits == 'input' else 'wait'
        self.bars[id(step.call)] = (self.lane(step), y, style, step.process.number, step.number)

    def end_bar(self, call, y):
        x, top, style, _, number = self.bars.pop(call)
        self.over.append(
            f'<path class="{style} step" data-step="{number}" d="M{x} {top}V{max(y, top + 6)}"/>'
        )

    def lane(self, step):
        """Its life line; of several that live at the same time, one beside the other."""
        x = self.x[step.side]
        lane = self.lanes.get(step.process.number, 0) if step.process else 0
        return x - 10 * lane if step.side == 'producer' else x + 10 * lane

    def begin_life(self, step, y):
        number = step.process.number
        if number not in self.alive:
            taken = {self.lanes[n] for n, (side, _, _) in self.alive.items() if side == step.side}
            self.lanes[number] = min(set(range(len(taken) + 1)) - taken)
            self.alive[number] = (step.side, self.lane(step), y)

    def end_life(self, number, y):
        for call, bar in list(self.bars.items()):
            if bar[3] == number:
                self.end_bar(call, y)
        if number in self.alive:
            _, x, top = self.alive.pop(number)
            self.over.insert(0, f'<path class="alive" d="M{x} {top}V{y}"/>')

    def one(self, step):
        y, side = self.y, step.side if step.side in self.x else 'object'
        if step.kind == 'start':
            self.begin_life(step, y + 10)
            self.out.append(f'<circle class="tip" cx="{self.lane(step)}" cy="{y + 10}" r="4"/>')
            self.beside(side, y + 14, step.label, 'small')
            self.y += 24
        elif step.kind == 'exit':
            style, x = 'badarrow' if step.bad else 'arrow', self.lane(step)
            if step.process:
                self.end_life(step.process.number, y + 14)
            self.over.append(
                f'<path class="{style}" style="stroke-dasharray:none;stroke-width:2.4" '
                f'd="M{x - 7} {y + 7}l14 14M{x - 7} {y + 21}l14 -14"/>'
            )
            self.beside(side, y + 18, step.label, 'bad' if step.bad else '', 12)
            self.y += 30
        elif step.kind == 'note':
            self.note(step, side)
        elif step.kind == 'fold':
            self.fold(step)
        elif step.kind == 'aside':
            self.beside(side, y + 12, step.label, 'aside', 8, 44 if self.wide else 27)
            self.open_state(step, y + 8)
            self.y += 18
            self.bar_of(step, y, self.y)
        elif step.kind == 'say':
            self.beside(
                side,
                y + 13,
                step.label,
                'bad' if step.bad else 'small',
                8,
                60 if self.wide else 42,
            )
            self.y += 20
        elif step.kind == 'begin':
            self.beside(side, y + 14, step.label, 'code', 9, 34 if self.wide else 22)
            self.beside(
                side,
                y + 28,
                step.small,
                'small bad' if step.waits == 'object' else 'small',
                9,
                38 if self.wide else 26,
            )
            self.begin_bar(step, y + 6)
            self.y += 36
            if step.never and step.waits == 'object':
                self.beside(side, y + 43, step.never, 'small bad', 9)
                self.y += 15
        else:
            self.call(step, side)

    def beside(self, side, y, words, style, away=9, room=None):
        """Text at a life line, on its inner side."""
        if side == 'consumer':
            self.text(self.x[side] - away, y, words, f'{style} end', room)
        else:
            self.text(self.x[side] + away, y, words, f'{style} start', room)

    def note(self, step, side):
        width = min(13 + 7.4 * len(step.label), self.width - 16)
        if side == 'object':
            x = self.x[side] - width / 2
        else:
            x = (
                max(self.x[side] - width / 2, 6)
                if side == 'producer'
                else min(self.x[side] - width / 2, self.width - width - 6)
            )
        self.notes.append(
            f'<g class="step" data-step="{step.number}"><rect class="note" x="{x:g}" y="{self.y + 3}" width="{width:g}" height="22" rx="3"/>'
            f'<text class="small{" bad" if step.bad else ""}" x="{x + width / 2:g}" y="{self.y + 18}">'
            f'{escape(cut(step.label, int((self.width - 16) / 7.4)))}</text></g>'
        )
        self.y += 31

    def fold(self, step):
        lines = max((len(p) for p in step.parts.values()), default=1)
        height = 26 + 15 * lines
        left, right = (90, 690) if self.wide else (6, 394)
        self.notes.append(
            f'<g class="step" data-step="{step.number}"><rect class="fold" x="{left}" y="{self.y + 4}" width="{right - left}" height="{height}" rx="4"/>'
        )
        at = len(self.out)
        self.text(
            (left + right) / 2,
            self.y + 19,
            f'… {step.full}, in {step.lasted / 1e6:,.1f} ms …',
            'small',
        )
        for side, words in step.parts.items():
            for i, line in enumerate(words):
                x, style = (left + 8, 'start') if side == 'producer' else (right - 8, 'end')
                self.text(x, self.y + 35 + 15 * i, line, f'aside {style}', 46 if self.wide else 29)
        self.notes[-1] += ''.join(self.out[at:]) + '</g>'
        del self.out[at:]
        self.y += height + 10

    def call(self, step, side):
        y, x, object_x = self.y, self.x[side], self.x['object']
        half = self.half if self.shows_state(step) else 4
        edge = object_x - half if side == 'producer' else object_x + half
        room = 35 if self.wide else 23
        low = self.low = y + (29 if half > 4 else 20)  # the box begins below the label
        style = 'code bad' if step.bad else 'code'
        if step.arrow:
            self.text(self.middle(side), y + 12, step.label, style, room)
        else:
            low = self.low = y + 12
            self.beside(side, y + 14, step.label, style, 9, room)
        height = 45 if half > 4 else 34 if step.arrow else 26
        down = 16
        if half > 4 and len(step.small) > (30 if self.wide else 17):  # else it would meet the box
            down, height = 27, height + 9
        if step.small:
            self.beside(
                side,
                low + down,
                step.small,
                'small bad' if step.waits == 'object' or step.bad else 'small',
                9,
                44 if self.wide else 33,
            )
            height += 9
        if step.arrow == 'to':
            self.line(x, edge, low, step.bad)
        elif step.arrow == 'from':
            self.line(edge, x, low, step.bad)
        self.open_state(step, low + 2)
        self.y += height
        self.bar_of(step, y, low if step.wait else self.y)

    def bar_of(self, step, y, bottom):
        if step.call is not None and id(step.call) in self.bars:
            self.end_bar(id(step.call), bottom - 6 if step.kind == 'aside' else bottom)
        elif step.wait is step:
            self.begin_bar(step, y + 2)
            self.end_bar(id(step.call), bottom if step.kind != 'aside' else y + 15)

    def shows_state(self, step):
        return step.state is not None and step.state[:3] != self.last_state

    def open_state(self, step, y):
        """What the object holds now, if that has changed."""
        if not self.shows_state(step):
            return
        words, cells, filled = step.state[:3]
        self.last_state = step.state[:3]
        x = self.x['object']
        words = words.replace('no name; ', '∅ ')
        for long, short in (
            ('messages', 'msgs'),
            ('no message waits', 'no message'),
            ('message: ', ''),
            ('for the ', 'for '),
        ):
            if len(words) > 15:
                words = words.replace(long, short)
        self.out.append(
            f'<rect class="object" x="{x - self.half}" y="{y - 13}" width="{2 * self.half}" height="26" rx="3"/>'
        )
        self.text(x, y - 1, words, 'small', 17)
        self.out[-1] = self.out[-1].replace(
            'class="small"', 'class="small" style="font-size:10.5px"'
        )
        if self.kind in ('pipes', 'fifo'):
            self.out.append(f'<rect class="cell" x="{x - 40}" y="{y + 4}" width="80" height="6"/>')
            if filled:
                self.out.append(
                    f'<rect class="filled" x="{x - 40}" y="{y + 4}" width="{max(80 * filled, 2):.1f}" height="6"/>'
                )
        elif cells:
            each = 80 / min(cells, 20)
            for i in range(min(cells, 20)):
                style = 'cell filled' if i < filled * min(cells, 20) / cells else 'cell'
                self.out.append(
                    f'<rect class="{style}" x="{x - 40 + i * each:g}" y="{y + 4}" width="{each - 1:g}" height="6"/>'
                )

    def finish(self, bottom):
        x, w = self.x, self.width
        box = 118 if self.wide else 104
        left = {s: min(max(x[s] - box / 2, 6), w - box - 6) for s in x}
        more = {'object': 40 if self.wide else 20}  # room for its name
        heads = ''.join(
            f'<rect class="{"object" if s == "object" else "process"}" x="{left[s] - more.get(s, 0) / 2:g}" y="12" '
            f'width="{box + more.get(s, 0)}" height="44" rx="{4 if s == "object" else 14}"/>'
            for s in x
        )
        for side in ('producer', 'consumer'):
            heads += f'<text class="head" x="{left[side] + box / 2:g}" y="39">{side}</text>'
        heads += (
            f'<text class="head" x="{x["object"]}" y="31">{escape(cut(self.name, 19 if self.wide else 12))}</text>'
            f'<text class="small" x="{x["object"]}" y="48">{escape(TITLES[self.kind] if self.wide else cut(TITLES[self.kind], 18))}</text>'
        )
        lives = ''.join(f'<path class="life" d="M{x[s]} 56V{bottom}"/>' for s in x)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {bottom + 6}" width="{w}" height="{bottom + 6}" '
            f'role="img" class="{"wide" if self.wide else "narrow"}"><title>{escape(self.title)}</title>'
            f'<!--style--><g id="run-{"wide" if self.wide else "narrow"}"><rect class="paper" width="{w}" height="{bottom + 6}" rx="8"/>{"".join(self.hits)}{lives}<g id="heads-{"wide" if self.wide else "narrow"}">{heads}</g>'
            + ''.join(self.over)
            + ''.join(self.notes)
            + '\n'
            + '\n'.join(self.out)
            + '</g></svg>\n'
        )


def slices(picture, above):
    """The picture in pieces that fit a page, cut between steps: for print. On US Letter a page has
    room for 1010; the first one also holds what stands above the picture, so many lines of text."""
    cuts, room = [0], 1000 - 20 * above
    for top, after in zip(picture.tops, picture.tops[1:] + [picture.bottom]):
        if after - cuts[-1] > room and top > cuts[-1]:
            cuts.append(top)
            room = 930
    cuts.append(picture.bottom + 6)
    out, w = [], picture.width
    for a, b in zip(cuts, cuts[1:]):
        again = (  # the names at the top of each page
            f'<rect class="paper" y="{a - 64}" width="{w}" height="64"/><use href="#heads-wide" y="{a - 64}"/>'
            if a
            else ''
        )
        a -= 64 if a else 0
        out.append(
            f'<svg class="slice" viewBox="0 {a} {w} {b - a}" width="{w}" height="{b - a}">'
            f'<use href="#run-wide"/>{again}</svg>'
        )
    return ''.join(out)


def svg_alone(svg):
    return svg.replace(
        '<!--style-->', f'<style>{STYLE}@media (prefers-color-scheme: dark) {{{DARK}}}</style>', 1
    )


def state_html(state):
    if state is None:
        return ''
    words, cells, filled, contents, ends = state
    if isinstance(filled, float):
        gauge = f'<span class="gauge"><i style="width:{100 * filled:.1f}%"></i></span>'
    else:
        gauge = (
            '<span class="cells">'
            + ''.join(
                '<b class="full"></b>' if i < filled else '<b></b>' for i in range(min(cells, 20))
            )
            + '</span>'
            if cells > 1
            else ''
        )
    inside = ''.join(f'<code>{escape(c)}</code> ' for c in contents if c)
    return f'{escape(words + ends)} {gauge} {inside}'.strip()


def page(template, **parts):
    for key, value in parts.items():
        template = template.replace(f'<!--{key}-->', value, 1)
    return template


def table(steps, origin):
    rows = []
    state = None
    for step in steps:
        state = step.state or state
        place = (
            f'<a href="#{step.place[0]}-{step.place[1]}">{escape(step.place[0])}:{step.place[1]}</a>'
            if step.place
            else ''
        )
        rows.append(
            f'<tr id="step-{step.number}" data-stack="{" ".join(f"{f}-{n}" for f, n in step.stack)}"'
            f'{" class=bad" if step.bad else ""}><td>{step.number}</td>'
            f'<td>{(step.time - origin) / 1e6:,.2f}</td><td>{escape(step.side)}</td>'
            f'<td><code>{escape(step.full)}</code></td><td>{escape(step.words)}</td>'
            f'<td>{state_html(state)}</td><td>{place}</td></tr>'
        )
    return '\n'.join(rows)


def sources(lines, used):
    out = []
    for name in sorted(lines.texts, key=lambda n: (not n.endswith('.c'), n)):
        body = ''.join(
            f'<span id="{escape(name)}-{i}"{" class=used" if (name, i) in used else ""}>{escape_code(text)}\n</span>'
            for i, text in enumerate(lines.texts[name], 1)
        )
        out.append(
            f'<details><summary>{escape(name)}</summary><pre class="source">{body}</pre></details>'
        )
    return '\n'.join(out)


def escape_code(text):
    return html.escape(text.expandtabs(4), quote=False)


def file_size(path):
    return f'{os.path.getsize(path) / 1000:,.0f} KB'
