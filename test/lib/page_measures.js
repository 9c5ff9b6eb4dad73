// What a page looks like, measured in the browser. An expression: a function that answers what is wrong, as lines of text.
(() => {
  const named = element => element.tagName.toLowerCase() + (element.className ? '.' + String(element.className).replace(/ /g, '.') : '');
  const start = text => text.trim().replace(/\s+/g, ' ').slice(0, 40);
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && !element.closest('style, title') && element.checkVisibility()) texts.push({ element, data: walker.currentNode.data });
  }

  // Colours as [r, g, b, a] with parts of 0 to 1; color-mix() is computed as color(srgb ...).
  const read = text => {
    const numbers = (text.match(/-?[\d.]+(e-?\d+)?%?/g) || []).map(n => n.endsWith('%') ? parseFloat(n) / 100 : parseFloat(n));
    const parts = text.startsWith('color(') ? numbers.slice(0, 3) : numbers.slice(0, 3).map(n => n / 255);
    return [...parts, numbers.length > 3 ? numbers[3] : 1];
  };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const luminance = colour => colour.slice(0, 3).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  // All that may lie behind an element: one colour, or each end of a gradient.
  const behind = element => {
    if (!element) return [[1, 1, 1, 1]];
    const style = getComputedStyle(element);
    if (style.backgroundImage !== 'none') return (style.backgroundImage.match(/(rgba?|color)\([^)]*\)/g) || []).map(read);
    const own = read(style.backgroundColor);
    return own[3] === 1 ? [own] : behind(element.parentElement).map(under => over(own, under));
  };

  const contrasts = () => texts.flatMap(({ element, data }) => {
    const colour = read(getComputedStyle(element).color);
    const worst = Math.min(...behind(element).map(under => contrast(over(colour, under), under)));
    return worst >= 4.5 ? [] : [`contrast ${worst.toFixed(2)} of "${start(data)}" in ${named(element)}`];
  });

  const overflow = () => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.body.querySelectorAll('*')].filter(element => {
      const style = getComputedStyle(element);
      return style.clipPath === 'none' && !element.closest('thead, .spoken') && element.getBoundingClientRect().right > width + 0.5;
    }).map(element => `${named(element)} ends at ${Math.round(element.getBoundingClientRect().right)} of ${width}: "${start(element.textContent)}"`);
    if (document.documentElement.scrollWidth > width) wide.push(`the page is ${document.documentElement.scrollWidth} wide`);
    // A cell that is too narrow spills its text without growing.
    for (const element of document.body.querySelectorAll('td, th, p, li, h1, h2, h3, dd')) {
      if (!element.closest('thead, .spoken') && element.clientWidth && element.scrollWidth > element.clientWidth + 1) wide.push(`${named(element)} spills: "${start(element.textContent)}"`);
    }
    return wide;
  };

  const markup = () => {
    const wrong = [];
    let level = 0;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) wrong.push(`${heading.tagName} after H${level}: "${start(heading.textContent)}"`);
      if (!heading.textContent.trim()) wrong.push(`an empty ${heading.tagName}`);
      level = next;
    }
    if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
    if (!document.title.trim()) wrong.push('no title');
    if (!document.documentElement.lang) wrong.push('no language');
    for (const image of document.images) if (!image.alt.trim()) wrong.push('an image without alt');
    for (const header of document.querySelectorAll('th')) if (!header.scope) wrong.push(`th without scope: "${start(header.textContent)}"`);
    for (const list of document.querySelectorAll('ul, ol, dl, tbody')) if (!list.children.length) wrong.push(`an empty ${named(list)}`);
    for (const element of document.querySelectorAll('*')) {
      if (/^(script|iframe|object|embed|link|form|base)$/i.test(element.tagName)) wrong.push(`<${element.tagName.toLowerCase()}>`);
      for (const { name, value } of element.attributes) {
        if (/^on/.test(name)) wrong.push(`${name} on ${named(element)}`);
        if (/^(src|href|action|srcset|poster)$/.test(name) && !/^(images\/[\w.-]+|mailto:|tel:|data:image\/|https:\/\/proposals\.)/.test(value)) wrong.push(`${name}="${value}"`);
      }
    }
    if (/url\(|@import/i.test([...document.querySelectorAll('style')].map(style => style.textContent).join())) wrong.push('a style sheet that fetches');
    return wrong;
  };

  return { contrasts, overflow, markup };
})()
