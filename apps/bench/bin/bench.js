#!/usr/bin/env node
import { runCommand } from './run-command.js';

const isStorm = process.argv[2] === 'storm';
if (isStorm) process.argv.splice(2, 1);
await runCommand(isStorm ? 'storm' : 'bench');
