#!/bin/sh
# Renews what is vendored here, from npm, in the versions that README.md names.
# Usage: sh renew.sh (needs npm and the network; nothing else here does).
set -eu

components="document skip-link breadcrumb-nav link heading-1 heading-2 heading-3 heading-4 paragraph
unordered-list ordered-list table data-list status-badge badge-list alert button button-group
form-field form-label form-field-description form-field-error-message form-fieldset textbox textarea
select checkbox radio-button pagination page-header page-footer blockquote separator"

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --no-audit --no-fund @utrecht/component-library-css@9.0.4 htmx.org@2.0.11 >/dev/null
for each in $components; do
    cat "node_modules/@utrecht/$each-css/dist/index.min.css"
    echo
done >"$here/utrecht.css"
cp node_modules/htmx.org/dist/htmx.min.js "$here/htmx.min.js"
