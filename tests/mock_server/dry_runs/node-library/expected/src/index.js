export function hello(name) {
  return `Hello, ${name} of @acme/greetings`;
}
