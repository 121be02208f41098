package com.acme.vouchers.ledger;

import io.grpc.stub.StreamObserver;
import com.acme.vouchers.ledger.proto.RedeemRequest;
import com.acme.vouchers.ledger.proto.RedeemResponse;
import com.acme.vouchers.ledger.proto.WatchBalanceRequest;
import com.acme.vouchers.ledger.proto.WatchBalanceResponse;
import org.springframework.grpc.server.service.GrpcService;

/** Owned by {@code group:default/team-data}. */
@GrpcService
class VoucherLedgerEndpoint {

    void redeem(RedeemRequest request, StreamObserver<RedeemResponse> observer) {
        observer.onNext(RedeemResponse.getDefaultInstance());
        observer.onCompleted();
    }

    void watchBalance(WatchBalanceRequest request, StreamObserver<WatchBalanceResponse> observer) {
        observer.onNext(WatchBalanceResponse.getDefaultInstance());
        observer.onNext(WatchBalanceResponse.getDefaultInstance());
        observer.onCompleted();
    }

}
