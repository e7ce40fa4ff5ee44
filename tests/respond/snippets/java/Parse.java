import com.sun.source.util.JavacTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** Parses every Java file below a folder; tells what is wrong and ends with 1 where something is. */
final class Parse {
  public static void main(String[] arguments) throws Exception {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var complaints = new DiagnosticCollector<JavaFileObject>();
    List<Path> files;
    try (var found = Files.walk(Path.of(arguments[0]))) {
      files = found.filter(file -> file.toString().endsWith(".java")).toList();
    }
    try (var manager = compiler.getStandardFileManager(complaints, null, null)) {
      for (Path file : files) {
        var units = manager.getJavaFileObjects(file);
        ((JavacTask) compiler.getTask(null, manager, complaints, null, null, units)).parse();
      }
    }
    complaints.getDiagnostics().forEach(System.err::println);
    System.exit(complaints.getDiagnostics().isEmpty() && !files.isEmpty() ? 0 : 1);
  }
}
