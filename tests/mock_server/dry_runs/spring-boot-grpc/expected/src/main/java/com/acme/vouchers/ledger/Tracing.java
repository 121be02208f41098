package com.acme.vouchers.ledger;

final class Tracing {

    static final String SERVICE = "VOUCHER_LEDGER";

    private Tracing() {}
}
