package ${{ values.javaPackage }};

{% set service = values.name | upper | replace("-", "_") %}
final class Tracing {

    static final String SERVICE = "${{ service }}";

    private Tracing() {}
}
