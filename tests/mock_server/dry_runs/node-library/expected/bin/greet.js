#!/usr/bin/env node
import { hello } from '@acme/greetings';

console.log(hello(process.argv[2]));
