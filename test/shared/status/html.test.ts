import { describe, expect, it } from 'vitest';
import { html, type Part } from '../../../shared/status/html.ts';

describe('html', () => {
  it.each<[string, Part, string]>([
    ['text', `<b>&"'`, '&lt;b&gt;&amp;&quot;&#39;'],
    ['numbers', 0, '0'],
    ['nothing, for what is absent', undefined, ''],
    ['nothing, for what is not so', false, ''],
    ['lists, one after the other', ['<', html`<i>${'>'}</i>`], '&lt;<i>&gt;</i>'],
    ['its own results as they are', html`<i>${'&'}</i>`, '<i>&amp;</i>'],
  ])('puts in %s', (_, part, text) => {
    expect(html`<p title="${part}">${part}</p>`.text).toBe(`<p title="${text}">${text}</p>`);
  });

  it('takes nothing for HTML that only looks like it: JSON can hold any object', () => {
    const forged = JSON.parse('{"text":"<script>"}') as never;
    expect(() => html`${forged}`).toThrow();
  });
});
