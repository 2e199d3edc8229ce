// A CommonJS server that renders a page.
const { PlenumProvider, usePlenum } = require('@plenum/react');
const { createElement } = require('react');
const { renderToString } = require('react-dom/server');

const State = () => createElement('b', null, usePlenum().status.state);
const props = { url: 'http://127.0.0.1:1', userId: 'ann', token: 'a token' };
console.log(renderToString(createElement(PlenumProvider, props, createElement(State))));
