#!/usr/bin/env node
import { hello } from '${{ values.name }}';

console.log(hello(process.argv[2]));
