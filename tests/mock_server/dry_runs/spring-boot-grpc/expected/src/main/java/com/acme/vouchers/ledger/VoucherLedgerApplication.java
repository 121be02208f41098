package com.acme.vouchers.ledger;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class VoucherLedgerApplication {

    public static void main(String[] args) {
        SpringApplication.run(VoucherLedgerApplication.class, args);
    }
}
