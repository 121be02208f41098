package ${{ values.javaPackage }};

import io.grpc.stub.StreamObserver;
{% for method in values.methods %}
import ${{ values.javaPackage }}.proto.${{ method.name }}Request;
import ${{ values.javaPackage }}.proto.${{ method.name }}Response;
{% endfor %}
import org.springframework.grpc.server.service.GrpcService;

/** Owned by {@code ${{ values.owner }}}. */
@GrpcService
class ${{ values.className }}Endpoint {
{% macro handler(method) %}

    void ${{ method.name | first | lower }}${{ method.name.slice(1) }}(${{ method.name }}Request request, StreamObserver<${{ method.name }}Response> observer) {
        observer.onNext(${{ method.name }}Response.getDefaultInstance());
        {% if method.streaming %}
        observer.onNext(${{ method.name }}Response.getDefaultInstance());
        {% endif %}
        observer.onCompleted();
    }
{% endmacro %}
{% for method in values.methods %}
${{ handler(method) }}
{%- endfor %}

}
