// The page of an invite or reset link: shows the user's name and QR code, takes a password and the first code.
'use strict';

const [kind, token] = location.pathname.split('/').slice(-2);
const at = (id) => document.getElementById(id);
const form = at('form');
const password = at('password');
const again = at('again');
const code = at('code');
const sections = ['loading', 'failed', 'form', 'done'];

const texts = {
  invite: {title: 'Set up your account', intro: 'Choose a password and add an authenticator app. You need both to log in.'},
  reset: {title: 'Set a new password', intro: 'Your old password and authenticator are void. Choose new ones.'},
}[kind];
const kBusy = 'Too many attempts. Wait a minute, then try again.';
const kUnreachable = 'The server cannot be reached. Check your network, then try again.';
const kBroken = 'Something is wrong on the server. Try again in a while, or tell your administrator.';

// Shows one of the sections; the others are hidden.
function show(name) {
  for (const id of sections) at(id).hidden = id !== name;
}

// A whole page that says why there is no form.
function fail(title, text, {dead = false} = {}) {
  document.title = title;
  at('failed-title').textContent = title;
  at('failed-text').textContent = text;
  at('failed-command').hidden = !dead;
  at('failed-done').hidden = !dead;
  at('retry').hidden = dead;
  show('failed');
  at('failed').focus();
}

function failForGood() {
  form.reset();
  fail('This link does not work any more',
    'It has expired, was used already, or was not copied whole. Ask your administrator for a new link. The command is:',
    {dead: true});
}

// Asks the server. Returns the status and the answer; status 0: it was not reached.
async function ask(method, path, body) {
  let response;
  try {
    const headers = body ? {'Content-Type': 'application/json'} : {};
    response = await fetch(path, {method, headers, body: body && JSON.stringify(body), cache: 'no-store'});
  } catch {
    return {status: 0, answer: {}, message: ''};
  }
  const answer = await response.json().catch(() => ({}));
  return {status: response.status, answer, message: answer.error?.message ?? ''};
}

const isDead = ({status, message}) => status === 404 || (status >= 400 && /expired token/.test(message));

const general = (status) => status === 429 ? kBusy : status === 0 ? kUnreachable : kBroken;

async function open() {
  at('cluster').textContent = `at ${location.hostname}`;
  show('loading');
  const reply = await ask('GET', `/v1/webapi/users/password/token/${token}`);
  if (isDead(reply)) return failForGood();
  if (reply.status !== 200) return fail('This page cannot be shown now', general(reply.status));
  fill(reply.answer);
}

function fill({user, qrCode, totpUri}) {
  document.title = texts.title;
  at('title').textContent = texts.title;
  at('user').value = user;
  for (const name of document.querySelectorAll('.name')) name.textContent = quoted(user);
  // Without a QR code the cluster asks for no second factor.
  at('factor').hidden = !qrCode;
  at('form-intro').textContent = qrCode ? texts.intro : 'Choose a password.';
  if (qrCode) {
    at('qr').src = `data:image/png;base64,${qrCode}`;
    at('otpauth').href = totpUri;
    at('secret').textContent = new URL(totpUri).searchParams.get('secret').replace(/.{4}(?=.)/g, '$& ');
  }
  show('form');
}

// What a shell takes for one word.
function quoted(word) {
  return /^[\w@.+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function setError(field, text) {
  at(`${field.id}-error`).textContent = text;
  field.toggleAttribute('aria-invalid', false);
  if (text) field.setAttribute('aria-invalid', 'true');
}

const digits = () => code.value.replace(/\s/g, '');
const bytesOf = (text) => new TextEncoder().encode(text);

function passwordError() {
  const {min, max} = password.dataset;
  const size = bytesOf(password.value).length;
  if (!size) return 'Choose a password.';
  if (size < min) return `This password is too short: it needs at least ${min} characters.`;
  if (size > max) return `This password is too long: ${max} bytes are the limit.`;
  return '';
}

function againError() {
  if (again.value === password.value) return '';
  return again.value ? 'The two passwords differ.' : 'Type the password again.';
}

function codeError() {
  if (at('factor').hidden || /^[0-9]{6}$/.test(digits())) return '';
  return 'Enter the 6 digits that your app shows.';
}

// Says what is wrong with the fields, and goes to the first wrong one. Returns whether all is well.
function check() {
  const errors = [[password, passwordError()], [again, againError()], [code, codeError()]];
  for (const [field, text] of errors) setError(field, text);
  const wrong = errors.find(([, text]) => text);
  if (wrong) wrong[0].focus();
  return !wrong;
}

function refuse(field, text) {
  setError(field, text);
  field.focus();
  field.select();
}

async function submit() {
  const button = at('submit');
  at('form-error').textContent = '';
  if (button.getAttribute('aria-disabled') || !check()) return;
  button.setAttribute('aria-disabled', 'true');
  const reply = await ask('PUT', '/v1/webapi/users/password/token', {
    token,
    password: btoa(String.fromCharCode(...bytesOf(password.value))),
    second_factor_token: at('factor').hidden ? '' : digits(),
    deviceName: 'otp',
  });
  button.removeAttribute('aria-disabled');
  conclude(reply);
}

function conclude(reply) {
  const {status, message} = reply;
  if (status === 200) return finish();
  // "... please check if the token has expired" is about a code.
  if (/one time token/.test(message)) {
    return refuse(code, 'This code is not right. Enter the one that your app shows now. If that fails again, check the '
      + 'clock of your phone.');
  }
  if (isDead(reply)) return failForGood();
  if (status === 400 && /^password/.test(message)) return refuse(password, `The server says: ${message}.`);
  at('form-error').textContent = general(status);
}

function finish() {
  const user = at('user').value;
  form.reset();
  at('qr').removeAttribute('src');
  const proxy = `--proxy=${location.hostname}:${location.port || 443}`;
  at('login').replaceChildren('tsh login ', whole(proxy), ' ', whole(`--user=${quoted(user)}`));
  at('done-hint').hidden = at('factor').hidden;
  document.title = at('done-title').textContent;
  show('done');
  at('done-title').focus();
}

// A word that goes to the next line as a whole.
function whole(word) {
  const span = document.createElement('span');
  span.textContent = word;
  return span;
}

async function copy() {
  const command = at('login');
  try {
    await navigator.clipboard.writeText(command.textContent);
    at('copied').textContent = 'Copied.';
  } catch {
    getSelection().selectAllChildren(command);
    at('copied').textContent = 'The command is marked: copy it by hand.';
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
at('show').addEventListener('change', ({target}) => {
  password.type = again.type = target.checked ? 'text' : 'password';
});
for (const field of [password, again, code]) {
  field.addEventListener('input', () => setError(field, ''));
}
at('retry').addEventListener('click', async () => {
  await open();
  if (!form.hidden) at('title').focus();
});
at('copy').addEventListener('click', copy);
open();
