#!/bin/sh
exec terraform fmt -recursive "${1:-.}"
